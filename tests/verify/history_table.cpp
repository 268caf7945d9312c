#include "verify/history_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>

#include "base/check.h"
#include "explain/contributions.h"
#include "score/day_parts.h"

namespace kenko::verify {
namespace {

bool is_text(const plan::Plan& plan, size_t metric) {
  return plan.nodes[plan.metrics[metric].node].type == plan::Type::text;
}

void append_metrics(HistoryTable& out, const engine::Engine& engine, const engine::LifeDays& days, size_t d,
                    facts::Dictionary& texts) {
  for (size_t i = 0; i < out.metrics.size(); ++i) {
    const engine::MetricDays& m = days.metrics[i];
    HistoryTable::Metric& column = out.metrics[i];
    const bool valid = m.valid[d] != 0;
    double value = valid ? m.value[d] : 0;
    if (valid && is_text(engine.plan(), i)) value = texts.intern(engine.text(value));
    column.value.push_back(value);
    column.valid.push_back(valid ? 1 : 0);
    const plan::Metric& metric = engine.plan().metrics[i];
    if (!metric.dimension) continue;
    const score::MetricPoints p = score::points_on(metric, m, days.first, d);
    column.points.push_back(m.points[d]);
    column.worth.push_back(p.points);
    column.evidence.push_back(p.evidence ? 1 : 0);
  }
}

void append_row(HistoryTable& out, const engine::Engine& engine, const engine::LifeDays& days,
                const score::LifeScores& scores, size_t d, facts::Dictionary& texts) {
  out.status.push_back(static_cast<uint8_t>(scores.status[d]));
  out.state.push_back(static_cast<uint8_t>(scores.state[d]));
  out.score.push_back(scores.score[d]);
  out.rolled_up.push_back(scores.rolled_up[d]);
  out.hierarchy.push_back(scores.hierarchy[d]);
  out.triggers.push_back(scores.triggers[d]);
  out.cap.push_back(scores.cap[d]);
  out.silence.push_back(scores.silence[d]);
  out.override_line.push_back(scores.override_line[d]);
  out.coverage.push_back(scores.coverage[d]);
  out.band.push_back(scores.band[d]);
  out.segment.push_back(scores.segment[d]);
  out.stage.push_back(scores.stage[d]);
  for (size_t j = 0; j < out.dimension.size(); ++j) out.dimension[j].push_back(scores.dimension[j][d]);
  append_metrics(out, engine, days, d, texts);
}

// Contributions and the line of each trigger; 0 on days that are not scored.
void append_explained(HistoryTable& out, const engine::Engine& engine, const score::AccountHistory& history, Day day) {
  const explain::Explanation e = explain::explain_day(engine.plan(), score::find_day(history, day));
  const bool scored = e.state == score::State::scored;
  out.days_in_stage.push_back(e.days_in_stage);
  for (auto& m : out.metrics) {
    m.contribution.push_back(0);
    m.lost.push_back(0);
  }
  for (auto& line : out.trigger) line.push_back(0);
  for (auto& start : out.start) start.push_back(0);
  if (!scored) return;
  for (const explain::Part& p : e.parts) {
    out.metrics[p.metric].contribution.back() = static_cast<int32_t>(p.contribution);
    out.metrics[p.metric].lost.back() = static_cast<int32_t>(p.lost);
  }
  for (const explain::TriggerLine& t : e.triggers) out.trigger[t.trigger].back() = t.line_hundredths;
  for (size_t k = 0; k < out.start.size(); ++k)
    out.start[k].back() = static_cast<int32_t>(e.groups[k].start.value_or(0));
}

// Reads the columns of a result by name.
class Reader {
 public:
  explicit Reader(const duck::Rows& rows) {
    for (size_t c = 0; c < rows.column_count(); ++c) names_.push_back(rows.column_name(c));
  }
  [[nodiscard]] size_t at(const std::string& name) const {
    const auto it = std::find(names_.begin(), names_.end(), name);
    KENKO_CHECK(it != names_.end(), "no column {}", name);
    return static_cast<size_t>(it - names_.begin());
  }

 private:
  std::vector<std::string> names_;
};

int32_t integer(const duck::Chunk& chunk, size_t column, size_t row, int32_t none) {
  return chunk.valid(column, row) ? chunk.data<int32_t>(column)[row] : none;
}

uint8_t state_of(std::string_view word) {
  for (uint8_t s = 0; s <= static_cast<uint8_t>(score::State::unscored); ++s) {
    if (score::word(static_cast<score::State>(s)) == word) return s;
  }
  KENKO_CHECK(false, "state {}", word);
  return 0;
}

// Appends chunks of the generated query to a table.
class Appender {
 public:
  Appender(const Reader& reader, const plan::Plan& plan, const sql::HistoryOptions& options, facts::Dictionary& texts,
           HistoryTable& out)
      : texts_(texts), out_(out), account_(reader.at("account")), day_(reader.at("day")) {
    const sql::Coverage covered = sql::covered(plan, options.facts);
    const std::vector<bool> decays = sql::rests_on_decay(plan);
    out.dimension.resize(plan.dimensions.size());
    out.metrics.resize(plan.metrics.size());
    for (size_t i = 0; i < plan.metrics.size(); ++i) {
      if (!covered.metric[i]) continue;
      const plan::Metric& metric = plan.metrics[i];
      const bool scaled = options.with_scale && sql::rests_on_decay(metric, decays);
      metrics_.push_back({i, reader.at(fmt::format("value_{}", i)), scaled ? reader.at(fmt::format("scale_{}", i)) : 0,
                          scaled ? reader.at(fmt::format("edge_{}", i)) : 0, scaled, is_text(plan, i)});
      if (metric.dimension) number(reader, fmt::format("points_{}", i), kNoPoints, out.metrics[i].points);
    }
    if (covered.segments) number(reader, "segment", kNothing, out.segment);
    if (covered.stages) number(reader, "stage", kNothing, out.stage);
    if (covered.rolled_up) {
      state_ = reader.at("state");
      for (size_t j = 0; j < plan.dimensions.size(); ++j)
        number(reader, fmt::format("dimension_{}", j), kNothing, out.dimension[j]);
      number(reader, "coverage", 0, out.coverage);
      number(reader, "rolled_up", kNothing, out.rolled_up);
    }
    if (covered.score) {
      number(reader, "score", kNothing, out.score);
      number(reader, "silence", 0, out.silence);
      number(reader, "band", kNothing, out.band);
    }
  }

  void append(const duck::Chunk& chunk) {
    for (size_t r = 0; r < chunk.size(); ++r) {
      out_.account.push_back(static_cast<uint32_t>(integer(chunk, account_, r, 0)));
      out_.day.push_back(integer(chunk, day_, r, 0));
      if (state_) out_.state.push_back(state_of(chunk.text(*state_, r)));
      for (const Number& n : numbers_) n.into->push_back(integer(chunk, n.column, r, n.none));
      for (const MetricColumns& m : metrics_) append_metric(chunk, r, m);
    }
  }

 private:
  struct Number {
    size_t column;
    int32_t none;
    std::vector<int32_t>* into;
  };
  struct MetricColumns {
    size_t metric, value, scale, edge;
    bool scaled, text;
  };

  void number(const Reader& reader, const std::string& name, int32_t none, std::vector<int32_t>& into) {
    numbers_.push_back({reader.at(name), none, &into});
  }

  void append_metric(const duck::Chunk& chunk, size_t r, const MetricColumns& c) {
    HistoryTable::Metric& m = out_.metrics[c.metric];
    const bool valid = chunk.valid(c.value, r);
    double value = 0;
    if (valid) value = c.text ? texts_.intern(chunk.text(c.value, r)) : chunk.data<double>(c.value)[r];
    m.value.push_back(value);
    m.valid.push_back(valid ? 1 : 0);
    if (!c.scaled) return;
    m.scale.push_back(chunk.valid(c.scale, r) ? chunk.data<double>(c.scale)[r] : 0);
    m.edge.push_back(chunk.valid(c.edge, r) && chunk.data<bool>(c.edge)[r] ? 1 : 0);
  }

  facts::Dictionary& texts_;
  HistoryTable& out_;
  size_t account_, day_;
  std::optional<size_t> state_;
  std::vector<MetricColumns> metrics_;
  std::vector<Number> numbers_;
};

}  // namespace

HistoryTable HistoryTable::rows(std::span<const size_t> wanted) const {
  const auto take = [&](const auto& column) {
    std::decay_t<decltype(column)> out;
    if (column.empty()) return out;
    out.reserve(wanted.size());
    for (const size_t i : wanted) out.push_back(column[i]);
    return out;
  };
  HistoryTable out;
  out.account = take(account);
  out.day = take(day);
  out.status = take(status);
  out.state = take(state);
  for (const auto column :
       {&HistoryTable::score, &HistoryTable::rolled_up, &HistoryTable::hierarchy, &HistoryTable::triggers,
        &HistoryTable::cap, &HistoryTable::silence, &HistoryTable::override_line, &HistoryTable::coverage,
        &HistoryTable::band, &HistoryTable::segment, &HistoryTable::stage, &HistoryTable::days_in_stage}) {
    out.*column = take(this->*column);
  }
  for (const auto& d : dimension) out.dimension.push_back(take(d));
  for (const auto& line : trigger) out.trigger.push_back(take(line));
  for (const auto& points : start) out.start.push_back(take(points));
  for (const Metric& m : metrics) {
    out.metrics.push_back({take(m.value), take(m.valid), take(m.points), take(m.worth), take(m.evidence),
                           take(m.contribution), take(m.lost), take(m.scale), take(m.edge)});
  }
  return out;
}

HistoryTable native_history(const engine::Engine& engine, const Extent& extent, facts::Dictionary& texts) {
  HistoryTable out;
  out.dimension.resize(engine.plan().dimensions.size());
  out.metrics.resize(engine.plan().metrics.size());
  out.trigger.resize(engine.plan().triggers.size());
  out.start.resize(engine.plan().dimensions.size());
  const auto add = [&](const score::AccountHistory& history) {
    for (size_t i = 0; i < history.days.size(); ++i) {
      const engine::LifeDays& life = history.days[i];
      for (size_t d = 0; d < life.size(); ++d) {
        const Day day = life.first + static_cast<int32_t>(d);
        if (life.status[d] == engine::AccountStatus::none || day < extent.from) continue;
        out.account.push_back(extent.rename.empty() ? history.account : extent.rename[history.account]);
        out.day.push_back(day.number);
        append_row(out, engine, life, history.scores[i], d, texts);
        if (extent.explained) append_explained(out, engine, history, day);
      }
    }
  };
  score::for_each_account(engine, extent.until, extent.threads, extent.accounts, add);
  return out;
}

Result<HistoryTable> sql_history(duck::Connection& connection, const std::string& sql, const plan::Plan& plan,
                                 const sql::HistoryOptions& options, facts::Dictionary& texts) {
  HistoryTable out;
  KENKO_TRY(duck::Rows rows, connection.query(sql));
  Appender appender(Reader(rows), plan, options, texts, out);
  while (true) {
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    if (chunk.size() == 0) break;
    appender.append(chunk);
  }
  return out;
}

}  // namespace kenko::verify
