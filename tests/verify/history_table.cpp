#include "verify/history_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/check.h"
#include "sql/history.h"

namespace kenko::verify {
namespace {

bool is_text(const plan::Plan& plan, size_t metric) {
  return plan.nodes[plan.metrics[metric].node].type == plan::Type::text;
}

void append_row(HistoryTable& out, const engine::Engine& engine, const engine::LifeDays& days,
                const score::LifeScores& scores, size_t d, facts::Dictionary& texts) {
  out.status.push_back(static_cast<uint8_t>(scores.status[d]));
  out.state.push_back(static_cast<uint8_t>(scores.state[d]));
  out.score.push_back(scores.score[d]);
  out.rolled_up.push_back(scores.rolled_up[d]);
  out.silence.push_back(scores.silence[d]);
  out.coverage.push_back(scores.coverage[d]);
  out.band.push_back(scores.band[d]);
  for (size_t j = 0; j < out.dimension.size(); ++j) out.dimension[j].push_back(scores.dimension[j][d]);
  for (size_t i = 0; i < out.metrics.size(); ++i) {
    const engine::MetricDays& m = days.metrics[i];
    const bool valid = m.valid[d] != 0;
    double value = valid ? m.value[d] : 0;
    if (valid && is_text(engine.plan(), i)) value = texts.intern(engine.text(value));
    out.metrics[i].value.push_back(value);
    out.metrics[i].valid.push_back(valid ? 1 : 0);
    out.metrics[i].points.push_back(m.points[d]);
  }
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
  Appender(const Reader& reader, const plan::Plan& plan, bool with_scale, facts::Dictionary& texts, HistoryTable& out)
      : plan_(plan),
        texts_(texts),
        out_(out),
        account_(reader.at("account")),
        day_(reader.at("day")),
        state_(reader.at("state")) {
    const std::vector<bool> decays = sql::rests_on_decay(plan);
    for (size_t j = 0; j < plan.dimensions.size(); ++j) dimension_.push_back(reader.at(fmt::format("dimension_{}", j)));
    for (size_t i = 0; i < plan.metrics.size(); ++i) {
      const bool scaled = with_scale && decays[plan.metrics[i].node];
      metrics_.push_back({reader.at(fmt::format("value_{}", i)), reader.at(fmt::format("points_{}", i)),
                          scaled ? reader.at(fmt::format("scale_{}", i)) : 0,
                          scaled ? reader.at(fmt::format("edge_{}", i)) : 0, scaled, is_text(plan, i)});
    }
    for (const auto& [name, none, into] :
         {Number{"score", kNothing, &out.score}, Number{"rolled_up", kNothing, &out.rolled_up},
          Number{"silence", 0, &out.silence}, Number{"coverage", 0, &out.coverage},
          Number{"band", kNothing, &out.band}}) {
      numbers_.push_back({reader.at(name), none, into});
    }
    out.dimension.resize(plan.dimensions.size());
    out.metrics.resize(plan.metrics.size());
  }

  void append(const duck::Chunk& chunk) {
    for (size_t r = 0; r < chunk.size(); ++r) {
      out_.account.push_back(static_cast<uint32_t>(integer(chunk, account_, r, 0)));
      out_.day.push_back(integer(chunk, day_, r, 0));
      out_.state.push_back(state_of(chunk.text(state_, r)));
      for (const Bound& n : numbers_) n.into->push_back(integer(chunk, n.column, r, n.none));
      for (size_t j = 0; j < dimension_.size(); ++j)
        out_.dimension[j].push_back(integer(chunk, dimension_[j], r, kNothing));
      for (size_t i = 0; i < metrics_.size(); ++i) append_metric(chunk, r, i);
    }
  }

 private:
  struct Number {
    const char* name;
    int32_t none;
    std::vector<int32_t>* into;
  };
  struct Bound {
    size_t column;
    int32_t none;
    std::vector<int32_t>* into;
  };
  struct MetricColumns {
    size_t value, points, scale, edge;
    bool scaled, text;
  };

  void append_metric(const duck::Chunk& chunk, size_t r, size_t i) {
    const MetricColumns& c = metrics_[i];
    HistoryTable::Metric& m = out_.metrics[i];
    const bool valid = chunk.valid(c.value, r);
    double value = 0;
    if (valid) value = c.text ? texts_.intern(chunk.text(c.value, r)) : chunk.data<double>(c.value)[r];
    m.value.push_back(value);
    m.valid.push_back(valid ? 1 : 0);
    m.points.push_back(integer(chunk, c.points, r, kNothing));
    if (!c.scaled) return;
    m.scale.push_back(chunk.valid(c.scale, r) ? chunk.data<double>(c.scale)[r] : 0);
    m.edge.push_back(chunk.valid(c.edge, r) && chunk.data<bool>(c.edge)[r] ? 1 : 0);
  }

  const plan::Plan& plan_;
  facts::Dictionary& texts_;
  HistoryTable& out_;
  size_t account_, day_, state_;
  std::vector<size_t> dimension_;
  std::vector<MetricColumns> metrics_;
  std::vector<Bound> numbers_;
};

}  // namespace

HistoryTable native_history(const engine::Engine& engine, const Extent& extent, facts::Dictionary& texts) {
  HistoryTable out;
  out.dimension.resize(engine.plan().dimensions.size());
  out.metrics.resize(engine.plan().metrics.size());
  const auto add = [&](const score::AccountHistory& history) {
    for (size_t i = 0; i < history.days.size(); ++i) {
      const engine::LifeDays& life = history.days[i];
      for (size_t d = 0; d < life.size(); ++d) {
        const Day day = life.first + static_cast<int32_t>(d);
        if (life.status[d] == engine::AccountStatus::none || day < extent.from) continue;
        out.account.push_back(extent.rename.empty() ? history.account : extent.rename[history.account]);
        out.day.push_back(day.number);
        append_row(out, engine, life, history.scores[i], d, texts);
      }
    }
  };
  score::for_each_account(engine, extent.until, extent.threads, extent.accounts, add);
  return out;
}

Result<HistoryTable> sql_history(duck::Connection& connection, const std::string& sql, const plan::Plan& plan,
                                 bool with_scale, facts::Dictionary& texts) {
  HistoryTable out;
  KENKO_TRY(duck::Rows rows, connection.query(sql));
  Appender appender(Reader(rows), plan, with_scale, texts, out);
  while (true) {
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    if (chunk.size() == 0) break;
    appender.append(chunk);
  }
  return out;
}

}  // namespace kenko::verify
