#include <algorithm>

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

reference::DayResult translate(const plan::Plan& plan, const verify::HistoryTable& t, size_t row,
                               const facts::Dictionary& texts) {
  reference::DayResult out;
  out.day = Day{t.day[row]};
  out.alive = true;
  out.state = score::word(static_cast<score::State>(t.state[row]));
  out.score = unless_nothing(t.score[row]);
  out.rolled_up = unless_nothing(t.rolled_up[row]);
  out.silence = t.silence[row];
  out.coverage_micros = t.coverage[row];
  if (t.band[row] >= 0) out.band = plan.bands[static_cast<size_t>(t.band[row])].name;
  for (size_t j = 0; j < plan.dimensions.size(); ++j) {
    const auto points = unless_nothing(t.dimension[j][row]);
    out.dimensions[plan.dimensions[j].name] = points ? std::optional<int64_t>(*points) : std::nullopt;
  }
  for (size_t i = 0; i < plan.metrics.size(); ++i) {
    const plan::Metric& metric = plan.metrics[i];
    reference::MetricCell& cell = out.metrics[metric.name];
    if (t.metrics[i].valid[row] != 0) cell.value = value_of(plan, metric, t.metrics[i].value[row], texts);
    if (!metric.dimension) continue;
    const score::MetricPoints p = score::points_of(metric, t.metrics[i].points[row]);
    if (p.points >= 0) cell.points = p.points;
    cell.evidence = p.evidence;
  }
  return out;
}

class Sql : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "generated SQL"; }
  [[nodiscard]] bool explains() const override { return false; }
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
    const std::string query =
        sql::history_sql(plan, sql::duckdb(), {.longest_life_days = loaded.longest_life_days, .with_scale = false});
    KENKO_TRY(const verify::HistoryTable table, verify::sql_history(connection, query, plan, false, texts));
    for (size_t row = 0; row < table.size(); ++row) {
      const auto found = out.find(Wanted{portfolio.accounts[table.account[row]], Day{table.day[row]}});
      if (found != out.end()) found->second = translate(plan, table, row, texts);
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Executor> sql_executor() { return std::make_unique<Sql>(); }

}  // namespace kenko::cases
