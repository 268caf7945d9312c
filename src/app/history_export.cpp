#include "app/history_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "duck/connection.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

void add_day(const plan::Plan& plan, const score::AccountHistory& history, const engine::LifeDays& days,
             const score::LifeScores& scores, size_t at, bool with_metrics, HistoryColumns& out) {
  out.account.push_back(history.account);
  out.day.push_back(days.first.number + static_cast<int32_t>(at));
  out.score.push_back(scores.score[at]);
  out.rolled_up.push_back(scores.rolled_up[at]);
  out.silence.push_back(scores.silence[at]);
  out.coverage.push_back(scores.coverage[at]);
  out.computed.push_back(scores.computed[at]);
  out.segment.push_back(scores.segment[at]);
  out.stage.push_back(scores.stage[at]);
  out.band.push_back(scores.band[at]);
  out.band_list.push_back(scores.band_list[at]);
  out.state.push_back(scores.state[at]);
  out.status.push_back(scores.status[at]);
  for (size_t d = 0; d < plan.dimensions.size(); ++d) out.dimension[d].push_back(scores.dimension[d][at]);
  for (size_t m = 0; with_metrics && m < plan.metrics.size(); ++m) {
    const engine::MetricDays& metric = days.metrics[m];
    out.value[m].push_back(metric.valid[at] != 0 ? metric.value[at] : std::numeric_limits<double>::quiet_NaN());
    out.points[m].push_back(score::points_on(plan.metrics[m], metric, days.first, at).points);
  }
}

// A column of decimals kept as integers scaled by `scale`, -1 (or below `least`) = null.
duck::Column scaled(std::string name, const std::vector<int32_t>& values, int64_t to_micros, int32_t least) {
  return {std::move(name), duck::Type::decimal6,
          [&values, to_micros, least](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* out = cells.data<int64_t>();
            for (size_t i = 0; i < count; ++i) {
              const int32_t v = values[begin + i];
              out[i] = v * to_micros;
              if (v < least) cells.set_null(i);
            }
          }};
}

duck::Column name_column(const std::string& name, const std::vector<plan::Segment>& segments,
                         const std::vector<int16_t>& chosen) {
  return duck::text_column(name, [&segments, &chosen](uint64_t row) {
    return chosen[row] < 0 ? std::string_view{} : std::string_view(segments[static_cast<size_t>(chosen[row])].name);
  });
}

duck::Column metric_column(const engine::Engine& engine, size_t m, const std::vector<double>& values) {
  const plan::Metric& metric = engine.plan().metrics[m];
  const plan::Type type = engine.plan().nodes[metric.node].type;
  const std::string name = "metric." + metric.name;
  if (type == plan::Type::text) {
    return duck::text_column(name, [&engine, &values](uint64_t row) {
      return std::isnan(values[row]) ? std::string_view{} : engine.text(values[row]);
    });
  }
  return {name, duck::Type::real, [&values](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* out = cells.data<double>();
            for (size_t i = 0; i < count; ++i) {
              out[i] = values[begin + i];
              if (std::isnan(out[i])) cells.set_null(i);
            }
          }};
}

constexpr int64_t kHundredths = 10'000;  // millionths in a hundredth

duck::Table table_of(const engine::Engine& engine, const HistoryColumns& h) {
  const plan::Plan& plan = engine.plan();
  duck::Table t;
  t.rows = h.size();
  t.columns.push_back(duck::text_column(
      "account", [&](uint64_t row) { return std::string_view(engine.portfolio().accounts[h.account[row]]); }));
  t.columns.push_back({"day", duck::Type::day, [&h](uint64_t begin, size_t count, duck::Cells& cells) {
                         std::copy_n(h.day.begin() + static_cast<ptrdiff_t>(begin), count, cells.data<int32_t>());
                       }});
  t.columns.push_back(duck::text_column("state", [&h](uint64_t row) { return score::word(h.state[row]); }));
  t.columns.push_back(duck::text_column("status", [&h](uint64_t row) { return engine::word(h.status[row]); }));
  t.columns.push_back(scaled("score", h.score, kHundredths, 0));
  t.columns.push_back(duck::text_column("band", [&](uint64_t row) {
    if (h.band[row] < 0) return std::string_view{};
    return std::string_view(score::bands_of(plan, h.band_list[row])[static_cast<size_t>(h.band[row])].name);
  }));
  t.columns.push_back(scaled("coverage", h.coverage, 1, 0));
  t.columns.push_back(scaled("computed", h.computed, kHundredths, 0));
  t.columns.push_back(scaled("rolled_up", h.rolled_up, kHundredths, 0));
  t.columns.push_back(scaled("silence", h.silence, kHundredths, INT32_MIN));
  if (!plan.segments.empty()) t.columns.push_back(name_column("segment", plan.segments, h.segment));
  if (!plan.life_stages.empty()) t.columns.push_back(name_column("stage", plan.life_stages, h.stage));
  for (size_t d = 0; d < plan.dimensions.size(); ++d)
    t.columns.push_back(scaled("dimension." + plan.dimensions[d].name, h.dimension[d], 1, 0));
  for (size_t m = 0; m < h.value.size(); ++m) t.columns.push_back(metric_column(engine, m, h.value[m]));
  for (size_t m = 0; m < h.points.size(); ++m) {
    if (plan.metrics[m].dimension) t.columns.push_back(scaled("points." + plan.metrics[m].name, h.points[m], 1, 0));
  }
  return t;
}

}  // namespace

HistoryColumns collect_history(const engine::Engine& engine, Day from, Day to, int threads,
                               std::span<const uint32_t> accounts, bool with_metrics) {
  HistoryColumns out;
  const plan::Plan& plan = engine.plan();
  out.dimension.resize(plan.dimensions.size());
  if (with_metrics) {
    out.value.resize(plan.metrics.size());
    out.points.resize(plan.metrics.size());
  }
  score::for_each_account(engine, to, threads, accounts, [&](const score::AccountHistory& history) {
    for (size_t life = 0; life < history.days.size(); ++life) {
      const engine::LifeDays& days = history.days[life];
      const auto first = static_cast<size_t>(std::max(0, from - days.first));
      for (size_t at = first; at < days.size(); ++at) {
        if (days.status[at] != engine::AccountStatus::none)
          add_day(plan, history, days, history.scores[life], at, with_metrics, out);
      }
    }
  });
  return out;
}

Status write_history_parquet(const engine::Engine& engine, const HistoryColumns& history, const std::string& path,
                             const std::string& model_fingerprint) {
  KENKO_TRY(duck::Connection connection, duck::Connection::open());
  KENKO_TRY_STATUS(connection.register_table("history", table_of(engine, history)));
  const std::string first =
      model_fingerprint.empty() ? "" : duck::sql_text(model_fingerprint) + " AS model_fingerprint, ";
  return connection.copy_to_parquet("SELECT " + first + "* FROM history", path);
}

}  // namespace kenko::app
