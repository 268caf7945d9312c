#include "verify/faults.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "identity/resolve.h"
#include "property/generate.h"
#include "sql/history.h"
#include "verify/comparison.h"
#include "verify/every_function_plan.h"
#include "verify/load_portfolio.h"

namespace kenko::verify {
namespace {

using plan::Op;

// One mistake: in the plan, in the facts, or in the results of the native side.
struct Fault {
  const char* function;
  const char* fault;
  std::function<void(EveryFunctionPlan&)> plan;
  std::function<void(facts::FactSet&)> facts;
  std::function<void(HistoryTable&, const EveryFunctionPlan&)> result;
};

plan::Aggregate& aggregate(EveryFunctionPlan& p, const std::string& name) {
  return p.plan.nodes[p.node.at(name)].aggregate;
}

Fault in_window(const char* name) {
  return {name, "window ends a day late", [=](EveryFunctionPlan& p) { ++aggregate(p, name).window_days; }, {}, {}};
}

Fault in_op(const char* name, const char* what, Op op) {
  return {name, what, [=](EveryFunctionPlan& p) { p.plan.nodes[p.node.at(name)].op = op; }, {}, {}};
}

Fault in_aggregate(const char* name, const char* what, std::function<void(plan::Aggregate&)> wrong) {
  return {name, what, [=](EveryFunctionPlan& p) { wrong(aggregate(p, name)); }, {}, {}};
}

Fault in_metric(const char* name, const char* what, std::function<void(plan::Metric&)> wrong) {
  return {name, what, [=](EveryFunctionPlan& p) { wrong(p.plan.metrics[p.metric.at(name)]); }, {}, {}};
}

Fault in_plan(const char* part, const char* what, std::function<void(plan::Plan&)> wrong) {
  return {part, what, [=](EveryFunctionPlan& p) { wrong(p.plan); }, {}, {}};
}

Fault in_cells(const char* name, const char* what, std::function<void(HistoryTable::Metric&, size_t)> wrong) {
  return {name, what, {}, {}, [=](HistoryTable& t, const EveryFunctionPlan& p) {
            HistoryTable::Metric& m = t.metrics[p.metric.at(name)];
            for (size_t i = 0; i < t.size(); ++i) wrong(m, i);
          }};
}

Fault null_for_zero(const char* name) {
  return in_cells(name, "null for 0", [](HistoryTable::Metric& m, size_t i) {
    if (m.value[i] == 0) m.valid[i] = 0;
  });
}

Fault zero_for_null(const char* name) {
  return in_cells(name, "0 for null", [](HistoryTable::Metric& m, size_t i) { m.valid[i] = 1; });
}

Fault last_event_dropped(const char* function, const char* event) {
  return {function,
          "last event dropped",
          {},
          [=](facts::FactSet& facts) {
            // The last one of each account: of each reference, which is at least as much.
            std::map<std::string, Instant> last;
            for (const facts::EventFact& e : facts.events) {
              if (e.name != event) continue;
              Instant& l = last.try_emplace(e.account_ref.value_or("") + "|" + e.source, e.occurred_at).first->second;
              l = std::max(l, e.occurred_at);
            }
            std::erase_if(facts.events, [&](const facts::EventFact& e) {
              return e.name == event && last.at(e.account_ref.value_or("") + "|" + e.source) == e.occurred_at;
            });
          },
          {}};
}

Fault in_result(const char* part, const char* what, std::function<void(HistoryTable&, const plan::Plan&)> wrong) {
  return {part, what, {}, {}, [=](HistoryTable& t, const EveryFunctionPlan& p) { wrong(t, p.plan); }};
}

void add_aggregate_faults(std::vector<Fault>& all) {
  for (const char* name :
       {"count", "sum", "mean", "min", "max", "distinct users", "distinct property", "active_days"}) {
    all.push_back(in_window(name));
  }
  for (const char* name : {"count", "sum", "distinct users", "active_days", "decayed_count by steps"})
    all.push_back(null_for_zero(name));
  for (const char* name : {"count", "mean", "min", "max", "slope", "change", "divide", "seats", "arr"})
    all.push_back(zero_for_null(name));
  all.push_back(last_event_dropped("count", "login"));
  all.push_back(last_event_dropped("sum", "invoice.paid"));
  all.push_back(in_aggregate("count", "observed a day longer", [](plan::Aggregate& a) { ++a.min_observed_days; }));
  all.push_back({"count of filtered",
                 "< for <=",
                 [](EveryFunctionPlan& p) {
                   p.plan.selectors[aggregate(p, "count of filtered").selector].filter->op = plan::FilterOp::less;
                 },
                 {},
                 {}});
  all.push_back(in_aggregate("min", "max for min", [](plan::Aggregate& a) { a.function = plan::Function::max; }));
  all.push_back(in_aggregate("max", "min for max", [](plan::Aggregate& a) { a.function = plan::Function::min; }));
  all.push_back(in_aggregate("mean", "sum for mean", [](plan::Aggregate& a) { a.function = plan::Function::sum; }));
  all.push_back(
      in_aggregate("active_days", "events for days", [](plan::Aggregate& a) { a.function = plan::Function::count; }));
  all.push_back(in_cells("distinct users", "one user twice",
                         [](HistoryTable::Metric& m, size_t i) { m.value[i] += m.value[i] > 1 ? 1 : 0; }));
  all.push_back(in_cells("days_since", "a day too many", [](HistoryTable::Metric& m, size_t i) { m.value[i] += 1; }));
  all.push_back(in_aggregate("days_since", "observed a day longer", [](plan::Aggregate& a) { ++a.min_observed_days; }));
  all.push_back(in_aggregate("decayed_count", "half-life a day longer",
                             [](plan::Aggregate& a) { a.half_life_days.micros += 1'000'000; }));
  all.push_back(in_aggregate("decayed_sum", "half-life a millionth longer",
                             [](plan::Aggregate& a) { a.half_life_days.micros += 1; }));
  for (const char* name : {"decayed_count by steps", "decayed_sum by steps"}) {
    all.push_back(in_aggregate(name, "step ends a day late", [](plan::Aggregate& a) { ++a.steps[0].until_age_days; }));
  }
  for (const char* name : {"slope", "slope of value"}) {
    all.push_back(in_aggregate(name, "a week more", [](plan::Aggregate& a) { a.window_days += 7; }));
    all.push_back(
        in_cells(name, "weeks in reverse", [](HistoryTable::Metric& m, size_t i) { m.value[i] = -m.value[i]; }));
  }
}

void add_scalar_faults(std::vector<Fault>& all) {
  all.push_back(in_op("add", "- for +", Op::subtract));
  all.push_back(in_op("subtract", "+ for -", Op::add));
  all.push_back(in_op("multiply", "/ for *", Op::divide));
  all.push_back(in_op("divide", "* for /", Op::multiply));
  all.push_back(in_op("least", "max for min", Op::max));
  all.push_back(in_op("greatest", "min for max", Op::min));
  all.push_back(in_op("less", "<= for <", Op::less_equal));
  all.push_back(in_op("less_equal", "< for <=", Op::less));
  all.push_back(in_op("greater", ">= for >", Op::greater_equal));
  all.push_back(in_op("greater_equal", "> for >=", Op::greater));
  all.push_back(in_op("equal", "<> for =", Op::not_equal));
  all.push_back(in_op("not_equal", "= for <>", Op::equal));
  all.push_back(in_op("and", "or for and", Op::or_));
  all.push_back(in_op("or", "and for or", Op::and_));
  for (const char* name : {"and", "or", "not", "less"}) {
    all.push_back(in_cells(name, "false for null", [](HistoryTable::Metric& m, size_t i) { m.valid[i] = 1; }));
  }
  all.push_back({"negate",
                 "sign lost",
                 [](EveryFunctionPlan& p) {
                   plan::Metric& m = p.plan.metrics[p.metric.at("negate")];
                   m.node = p.plan.nodes[m.node].args[0];
                 },
                 {},
                 {}});
  const auto swap_args = [](const char* name, size_t a, size_t b) {
    return Fault{name,
                 "arguments swapped",
                 [=](EveryFunctionPlan& p) {
                   auto& args = p.plan.nodes[p.node.at(name)].args;
                   std::swap(args[a], args[b]);
                 },
                 {},
                 {}};
  };
  all.push_back(swap_args("if", 1, 2));
  all.push_back(swap_args("coalesce", 0, 1));
  all.push_back(swap_args("clamp", 0, 2));
  all.push_back({"change",
                 "a day too far back",
                 [](EveryFunctionPlan& p) { ++p.plan.nodes[p.node.at("change")].lag_days; },
                 {},
                 {}});
  all.push_back(
      {"attr", "another key", [](EveryFunctionPlan& p) { p.plan.nodes[p.node.at("attr")].text = "spend"; }, {}, {}});
  all.push_back(in_cells("attr of text", "a day late", [](HistoryTable::Metric& m, size_t i) {
    const size_t back = m.value.size() - 1 - i;
    if (back > 0) m.value[back] = m.value[back - 1];
  }));
  all.push_back(in_op("seats", "arr for seats", Op::arr));
  all.push_back(in_op("arr", "seats for arr", Op::seats));
}

void add_score_faults(std::vector<Fault>& all) {
  all.push_back(
      in_metric("count", "point of the curve moved", [](plan::Metric& m) { m.curve.points[1].points_micros += 1; }));
  all.push_back(in_metric("steps", "wrong tie at a step", [](plan::Metric& m) {
    m.curve.points[1].x = std::nextafter(m.curve.points[1].x, std::numeric_limits<double>::infinity());
  }));
  all.push_back(in_metric("attr of text", "null for other", [](plan::Metric& m) { m.curve.other.reset(); }));
  all.push_back(in_metric("not", "flags swapped", [](plan::Metric& m) {
    std::swap(m.curve.categories[0].value, m.curve.categories[1].value);
  }));
  all.push_back(in_metric("mean", "exclude for a fixed score",
                          [](plan::Metric& m) { m.missing.kind = plan::Missing::Kind::exclude; }));
  all.push_back(
      in_metric("max", "exclude for zero", [](plan::Metric& m) { m.missing.kind = plan::Missing::Kind::exclude; }));
  all.push_back(in_metric("sum", "weight a thousandth more", [](plan::Metric& m) { m.weight.micros += 1'000; }));
  all.push_back(
      in_plan("roll-up", "dimension's weight changed", [](plan::Plan& p) { p.dimensions[0].weight.micros += 1'000; }));
  all.push_back(in_plan("coverage", "too little is enough", [](plan::Plan& p) { p.min_coverage_micros -= 200'000; }));
  all.push_back(in_plan("too new", "a day longer", [](plan::Plan& p) { ++p.too_new_days; }));
  all.push_back(in_plan("band", "starts a point late", [](plan::Plan& p) { p.bands[1].from_hundredths += 100; }));
  all.push_back(in_result("band", "best one without evidence", [](HistoryTable& t, const plan::Plan& p) {
    for (size_t i = 0; i < t.size(); ++i) {
      if (t.score[i] >= p.bands.back().from_hundredths) t.band[i] = static_cast<int32_t>(p.bands.size()) - 1;
    }
  }));
  all.push_back(in_result("silence", "left out", [](HistoryTable& t, const plan::Plan&) {
    for (size_t i = 0; i < t.size(); ++i) {
      if (t.rolled_up[i] != kNothing) t.score[i] = t.rolled_up[i];
    }
  }));
  all.push_back(in_result("paused", "score not kept", [](HistoryTable& t, const plan::Plan&) {
    for (size_t i = 0; i < t.size(); ++i) {
      if (t.state[i] == static_cast<uint8_t>(score::State::paused)) t.score[i] = kNothing;
    }
  }));
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  add_aggregate_faults(all);
  add_scalar_faults(all);
  add_score_faults(all);
  return all;
}

uint64_t differences(const HistoryTable& native, const HistoryTable& sql, const plan::Plan& plan,
                     const facts::Portfolio& portfolio, bool show = false) {
  Comparison comparison;
  comparison.subject("planted", plan, portfolio);
  comparison.compare("sql", native, sql, &sql);
  if (show && comparison.mismatches() > 0) comparison.print(false);
  return comparison.mismatches();
}

// Tries the faults not yet found on one company.  False when the faultless run differs.
bool try_company(uint64_t seed, const std::vector<Fault>& faults, std::vector<PlantedFault>& out) {
  property::Generated made = property::generate(seed, {.accounts = 12, .days = 260, .events_a_week = 9, .metrics = 1});
  // What SQL is not given would leave the score out.
  for (auto& source : made.settings.sources) source.every_days.reset();
  std::erase_if(made.facts.events, [](const facts::EventFact& e) { return e.name == "override.set"; });
  const EveryFunctionPlan right = every_function_plan();
  const facts::Portfolio portfolio = identity::resolve(made.facts, made.settings);
  facts::Dictionary texts;
  auto connection = duck::Connection::open();
  KENKO_CHECK(connection.ok(), "{}", to_text(connection.problems()));
  const auto loaded = load_portfolio(*connection, right.plan, portfolio, made.last);
  KENKO_CHECK(loaded.ok(), "{}", to_text(loaded.problems()));
  const sql::HistoryOptions options = loaded->options(true);
  const std::string query = sql::history_sql(right.plan, sql::duckdb(), options);
  const auto sql = sql_history(*connection, query, right.plan, options, texts);
  KENKO_CHECK(sql.ok(), "{}", to_text(sql.problems()));
  const HistoryTable faultless = native_history(engine::Engine(right.plan, portfolio), {.until = made.last}, texts);
  if (differences(faultless, *sql, right.plan, portfolio, true) != 0) return false;
  for (size_t f = 0; f < faults.size(); ++f) {
    if (out[f].found) continue;
    EveryFunctionPlan plan = right;
    if (faults[f].plan) faults[f].plan(plan);
    facts::FactSet facts = made.facts;
    if (faults[f].facts) faults[f].facts(facts);
    const facts::Portfolio wrong = identity::resolve(facts, made.settings);
    HistoryTable native = native_history(engine::Engine(plan.plan, wrong), {.until = made.last}, texts);
    if (faults[f].result) faults[f].result(native, plan);
    out[f].cells = differences(native, *sql, right.plan, portfolio);
    out[f].found = out[f].cells > 0;
  }
  return true;
}

}  // namespace

std::vector<PlantedFault> plant_faults(uint64_t seed) {
  const std::vector<Fault> faults = all_faults();
  std::vector<PlantedFault> out;
  for (const Fault& f : faults) out.push_back({f.function, f.fault});
  constexpr uint64_t kCompanies = 8;  // what one company has no facts for another one has
  for (uint64_t k = 0; k < kCompanies; ++k) {
    if (!try_company(seed + k, faults, out)) return {};
    if (std::all_of(out.begin(), out.end(), [](const PlantedFault& f) { return f.found; })) break;
  }
  return out;
}

}  // namespace kenko::verify
