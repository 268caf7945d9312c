#include <algorithm>
#include <set>

#include "cases/executor.h"
#include "duck/connection.h"
#include "identity/resolve.h"
#include "plan/lower.h"
#include "sql/history.h"
#include "verify/history_table.h"
#include "verify/load_portfolio.h"

namespace kenko::cases {
namespace {

reference::Value value_of(const plan::Plan& plan, const plan::Metric& metric, double value,
                          const facts::Dictionary& texts) {
  switch (plan.nodes[metric.node].type) {
    case plan::Type::number:
      return value;
    case plan::Type::flag:
      return value != 0;
    case plan::Type::text:
      break;
  }
  return std::string(texts.text(static_cast<uint32_t>(value)));
}

std::optional<int32_t> unless_nothing(int32_t value) {
  return value == verify::kNothing ? std::nullopt : std::optional(value);
}

// The bands of a day.
const std::vector<plan::Band>& bands_on(const plan::Plan& plan, int32_t segment, int32_t stage) {
  const auto changed = [](const std::vector<plan::Segment>& list, int32_t at) {
    return at >= 0 && !list[static_cast<size_t>(at)].changes.bands.empty();
  };
  if (changed(plan.life_stages, stage)) return plan.life_stages[static_cast<size_t>(stage)].changes.bands;
  if (changed(plan.segments, segment)) return plan.segments[static_cast<size_t>(segment)].changes.bands;
  return plan.bands;
}

// Turns rows into days; what is not covered stays as it is in an empty result.
class Translator {
 public:
  Translator(const plan::Plan& plan, const sql::Coverage& covered, const verify::HistoryTable& table,
             const facts::Dictionary& texts)
      : plan_(plan), covered_(covered), t_(table), texts_(texts) {}

  [[nodiscard]] reference::DayResult day(size_t row) const {
    reference::DayResult out;
    out.day = Day{t_.day[row]};
    out.alive = true;
    const int32_t segment = covered_.segments ? t_.segment[row] : -1;
    const int32_t stage = covered_.stages ? t_.stage[row] : -1;
    if (segment >= 0) out.segment = plan_.segments[static_cast<size_t>(segment)].name;
    if (stage >= 0) out.stage = plan_.life_stages[static_cast<size_t>(stage)].name;
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      if (covered_.metric[i]) out.metrics[plan_.metrics[i].name] = cell(i, row);
    }
    if (covered_.rolled_up) {
      out.state = score::word(static_cast<score::State>(t_.state[row]));
      out.rolled_up = unless_nothing(t_.rolled_up[row]);
      out.coverage_micros = t_.coverage[row];
      for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
        const auto points = unless_nothing(t_.dimension[j][row]);
        out.dimensions[plan_.dimensions[j].name] = points ? std::optional<int64_t>(*points) : std::nullopt;
      }
    }
    if (covered_.score) {
      out.score = unless_nothing(t_.score[row]);
      out.silence = t_.silence[row];
      if (t_.band[row] >= 0) out.band = bands_on(plan_, segment, stage)[static_cast<size_t>(t_.band[row])].name;
    }
    return out;
  }

 private:
  // Points by the curve, then the missing policy: no source is overdue where SQL is asked for points.
  [[nodiscard]] reference::MetricCell cell(size_t i, size_t row) const {
    const plan::Metric& metric = plan_.metrics[i];
    const verify::HistoryTable::Metric& column = t_.metrics[i];
    reference::MetricCell out;
    if (column.valid[row] != 0) out.value = value_of(plan_, metric, column.value[row], texts_);
    if (!metric.dimension) return out;
    if (column.points[row] != verify::kNoPoints) {
      out.points = out.by_curve = column.points[row];
      out.evidence = true;
    } else if (metric.missing.kind == plan::Missing::Kind::zero) {
      out.points = 0;
    } else if (metric.missing.kind == plan::Missing::Kind::score) {
      out.points = metric.missing.points_micros;
    }
    return out;
  }

  const plan::Plan& plan_;
  const sql::Coverage& covered_;
  const verify::HistoryTable& t_;
  const facts::Dictionary& texts_;
};

class Sql : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "generated SQL"; }
  [[nodiscard]] bool explains() const override { return false; }

  [[nodiscard]] bool computes(const std::string& column) const override {
    const size_t dot = column.find('.');
    const std::string kind = column.substr(0, dot);
    if (dot != std::string::npos && (kind == "points" || kind == "evidence"))
      return points_.contains(column.substr(dot + 1));
    if (kind == "score" || kind == "silence" || kind == "band") return covered_.score;
    if (kind == "rolled_up" || kind == "coverage" || kind == "state" || kind == "dimension") return covered_.rolled_up;
    if (kind == "segment") return segments_;
    if (kind == "stage") return stages_;
    return metrics_.contains(column);
  }

  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    KENKO_TRY(const plan::Plan plan, plan::lower(c.model, c.settings));
    const facts::Portfolio portfolio = identity::resolve(c.facts, c.settings, c.cut());
    Day last = wanted.front().day;
    Results out;
    for (const Wanted& w : wanted) {
      last = std::max(last, w.day);
      out[w].day = w.day;
      out[w].state = "none";
    }
    KENKO_TRY(duck::Connection connection, duck::Connection::open({.threads = 1}));
    KENKO_TRY(const verify::LoadedPortfolio loaded, verify::load_portfolio(connection, plan, portfolio, last));
    facts::Dictionary texts;
    const sql::HistoryOptions options = loaded.options(false);
    const std::string query = sql::history_sql(plan, sql::duckdb(), options);
    KENKO_TRY(const verify::HistoryTable table, verify::sql_history(connection, query, plan, options, texts));
    cover(plan, options.facts);
    const Translator translator(plan, covered_, table, texts);
    for (size_t row = 0; row < table.size(); ++row) {
      const auto found = out.find(Wanted{portfolio.accounts[table.account[row]], Day{table.day[row]}});
      if (found != out.end()) found->second = translator.day(row);
    }
    return out;
  }

 private:
  void cover(const plan::Plan& plan, const sql::Facts& facts) {
    covered_ = sql::covered(plan, facts);
    segments_ = covered_.segments || plan.segments.empty();
    stages_ = covered_.stages || plan.life_stages.empty();
    metrics_.clear();
    points_.clear();
    for (size_t i = 0; i < plan.metrics.size(); ++i) {
      const plan::Metric& m = plan.metrics[i];
      if (!covered_.metric[i]) continue;
      metrics_.insert(m.name);
      // What is held or kept while a source is overdue comes from another day.
      if (m.missing.kind != plan::Missing::Kind::hold && !facts.overdue) points_.insert(m.name);
    }
  }

  sql::Coverage covered_;
  bool segments_ = false, stages_ = false;
  std::set<std::string> metrics_, points_;
};

}  // namespace

std::unique_ptr<Executor> sql_executor() { return std::make_unique<Sql>(); }

}  // namespace kenko::cases
