#include "sql/aggregates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "sql/filters.h"

namespace kenko::sql {
namespace {

using plan::Aggregate;
using plan::Field;
using plan::Function;

constexpr std::string_view kRunning = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
constexpr std::string_view kEarlier = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";

// The ages from..to-1 (0 = the as-of day).  The spine has one row a day, so ages are rows.
std::string ages(int32_t from, int32_t to) {
  if (from == 0) return fmt::format("ROWS BETWEEN {} PRECEDING AND CURRENT ROW", to - 1);
  return fmt::format("ROWS BETWEEN {} PRECEDING AND {} PRECEDING", to - 1, from);
}

std::string or_zero(const std::string& e) { return fmt::format("coalesce({}, 0)", e); }

bool by_half_life(const Aggregate& a) { return a.steps.empty(); }

}  // namespace

Aggregates::Aggregates(const plan::Plan& plan, const Inputs& inputs, const Dialect& dialect,
                       const HistoryOptions& options)
    : plan_(plan), inputs_(inputs), dialect_(dialect), options_(options) {
  for (size_t k = 0; k < plan.selectors.size(); ++k) {
    sources_.push_back({Columns(fmt::format("s{}_", k)), Columns(fmt::format("d{}_", k))});
  }
}

// The number that is read of an event, in millionths.
std::string Aggregates::field(const Aggregate& a) {
  if (a.field.kind == Field::Kind::value) return sources_[a.selector].selected.add("value");
  KENKO_CHECK(a.field.kind == Field::Kind::property, "field kind {} is no number", static_cast<int>(a.field.kind));
  return sources_[a.selector].selected.add(dialect_.micros_of_text(inputs_.property(a.field.property)));
}

// What `distinct` tells apart.
std::string Aggregates::item(const Aggregate& a) {
  if (a.field.kind == Field::Kind::user) return sources_[a.selector].selected.add("person");
  return sources_[a.selector].selected.add(inputs_.property(a.field.property));
}

std::string Aggregates::daily(const Aggregate& a, const std::string& expression) {
  return sources_[a.selector].daily.add(expression);
}

std::string Aggregates::windowed(const std::string& expression, const std::string& frame) {
  return windows_.add(fmt::format("{} OVER (days {})", expression, frame));
}

std::string Aggregates::window_sum(const std::string& column, int32_t window_days) {
  return or_zero(windowed(fmt::format("sum({})", column), ages(0, window_days)));
}

// An exact sum as a double.  It gets a column of its own because the conversion names it more than once.
std::string Aggregates::as_real(const std::string& exact) { return dialect_.real_of_big(totals_.add(exact)); }

std::string Aggregates::joined(const std::string& prefix, const std::string& body, const std::string& column) {
  for (const Joined& j : joined_) {
    if (j.body == body) return j.name + "_" + column;
  }
  const std::string name = fmt::format("{}{}", prefix, joined_.size());
  joined_.push_back({name, body, column});
  return name + "_" + column;
}

// "AND no amount in the frame lacks a rate"; empty when the aggregate reads no money.
std::string Aggregates::no_rate(const Aggregate& a, const std::string& frame) {
  if (a.field.kind != Field::Kind::value) return "";
  const std::string flag = sources_[a.selector].selected.add("no_rate");
  const std::string count = daily(a, fmt::format("count(*) FILTER ({})", flag));
  return fmt::format(" AND {} = 0", or_zero(windowed(fmt::format("sum({})", count), frame)));
}

AggregateSql Aggregates::add(const Aggregate& a) {
  AggregateSql out;
  const std::string value = raw_value(a, out.scale);
  // An unobserved name has a null first day: the condition is not true, the value null.
  out.value = fmt::format("CASE WHEN day - {} + 1 >= {} THEN {} END",
                          inputs_.observed(plan_.selectors[a.selector].events), a.min_observed_days, value);
  return out;
}

std::string Aggregates::raw_value(const Aggregate& a, std::string& scale) {
  switch (a.function) {
    case Function::count:
      return fmt::format("CAST({} AS {})", window_sum(daily(a, "count(*)"), a.window_days), dialect_.real);
    case Function::sum: {
      const std::string total = window_sum(daily(a, fmt::format("sum({})", field(a))), a.window_days);
      return fmt::format("CASE WHEN TRUE{} THEN ({}) / {} END", no_rate(a, ages(0, a.window_days)), as_real(total),
                         dialect_.number(1e6));
    }
    case Function::mean:
      return mean(a);
    case Function::min:
    case Function::max:
      return extreme(a);
    case Function::distinct:
      return distinct(a);
    case Function::active_days:
      return fmt::format("CAST({} AS {})",
                         windowed(fmt::format("count({})", daily(a, "count(*)")), ages(0, a.window_days)),
                         dialect_.real);
    case Function::days_since:
      return days_since(a);
    case Function::decayed_count:
    case Function::decayed_sum:
      return by_half_life(a) ? halved(a, scale) : stepped(a);
    case Function::slope:
      return slope(a);
    default:
      break;
  }
  return "NULL";
}

std::string Aggregates::mean(const Aggregate& a) {
  const std::string f = field(a);
  const std::string total = window_sum(daily(a, fmt::format("sum({})", f)), a.window_days);
  const std::string number = window_sum(daily(a, fmt::format("count({})", f)), a.window_days);
  return fmt::format("CASE WHEN {} > 0{} THEN ({}) / ({}) END", number, no_rate(a, ages(0, a.window_days)),
                     as_real(total), as_real(number + " * 1000000"));
}

std::string Aggregates::extreme(const Aggregate& a) {
  const std::string_view word = a.function == Function::min ? "min" : "max";
  const std::string of_day = daily(a, fmt::format("{}({})", word, field(a)));
  const std::string found = windowed(fmt::format("{}({})", word, of_day), ages(0, a.window_days));
  return fmt::format("CASE WHEN TRUE{} THEN CAST({} AS {}) / {} END", no_rate(a, ages(0, a.window_days)), found,
                     dialect_.real, dialect_.number(1e6));
}

// An item counts from a day it was seen until it leaves the window or is seen again: one up where that begins, one down
// where it ends, added up along the days.
std::string Aggregates::distinct(const Aggregate& a) {
  const std::string thing = item(a);
  const std::string body = fmt::format(
      "SELECT account, life, edge AS day, sum(step) AS COLUMN FROM (\n"
      "    SELECT account, life, unnest([day, least(day + {1}, coalesce(again, day + {1}))]) AS edge, unnest([1, -1]) "
      "AS step\n"
      "    FROM (SELECT account, life, day, lead(day) OVER (PARTITION BY account, life, {2} ORDER BY day) AS again\n"
      "          FROM (SELECT DISTINCT account, life, day, {2} FROM s{0} WHERE {2} IS NOT NULL)))\n"
      "  GROUP BY account, life, edge",
      a.selector, a.window_days, thing);
  const std::string steps = joined("c", body, "step");
  return fmt::format("CAST({} AS {})", or_zero(windowed(fmt::format("sum({})", steps), std::string(kRunning))),
                     dialect_.real);
}

std::string Aggregates::days_since(const Aggregate& a) {
  const std::string last =
      windowed(fmt::format("max(CASE WHEN {} IS NOT NULL THEN day END)", daily(a, "count(*)")), std::string(kRunning));
  return fmt::format("CAST(day - coalesce({}, {}) AS {})", last, inputs_.observed(plan_.selectors[a.selector].events),
                     dialect_.real);
}

std::string Aggregates::stepped(const Aggregate& a) {
  const bool counts = a.function == Function::decayed_count;
  const std::string amount = daily(a, counts ? "count(*)" : fmt::format("sum({})", field(a)));
  std::string total;
  int32_t from = 0;
  for (const plan::Step& step : a.steps) {
    const std::string part = or_zero(windowed(fmt::format("sum({})", amount), ages(from, step.until_age_days)));
    total += fmt::format("{}CAST({} AS {}) * {}", total.empty() ? "" : " + ", part, dialect_.big, step.weight.micros);
    from = step.until_age_days;
  }
  return fmt::format("CASE WHEN TRUE{} THEN ({}) / {} END", no_rate(a, std::string(kRunning)), as_real(total),
                     dialect_.number(counts ? 1e6 : 1e12));
}

std::string Aggregates::halved(const Aggregate& a, std::string& scale) {
  std::string amount, absolute;
  if (a.function == Function::decayed_count) {
    amount = absolute = daily(a, "count(*)");
  } else {
    const std::string f = field(a);
    amount = daily(a, fmt::format("sum({})", f));
    absolute = daily(a, fmt::format("sum(abs({}))", f));
  }
  // Doubles hold 2^1023; the weights of the running sum grow to 2^(days / half-life).
  constexpr double kLargestExponent = 900;
  const bool running = options_.longest_life_days / a.half_life_days.as_double() < kLargestExponent;
  const double unit = a.function == Function::decayed_count ? 1 : 1e6;
  const auto sum = [&](const std::string& column) {
    return fmt::format("({}) / {}", running ? running_decay(a, column) : joined_decay(a, column, column + "_decayed"),
                       dialect_.number(unit));
  };
  const std::string guard = no_rate(a, std::string(kRunning));
  if (options_.with_scale) scale = fmt::format("CASE WHEN TRUE{} THEN {} END", guard, sum(absolute));
  return fmt::format("CASE WHEN TRUE{} THEN {} END", guard, to_41_bits(sum(amount)));
}

// docs/SEMANTICS.md#functions: a sum of half-life weights keeps 41 significant bits.
std::string Aggregates::to_41_bits(const std::string& sum) {
  const std::string x = totals_.add(sum);
  const std::string split = fmt::format("({} * {})", x, dialect_.number(4097));
  return fmt::format("({0} - ({0} - {1}))", split, x);
}

// At each day with events: that day's amount as it is, and what came before as a running sum of amounts weighed
// 2^(days since the first event / h), brought down to that day's weight.  A later day has the last such value, brought
// down once more: so one event's weight is one power of two, as the contract says it.
std::string Aggregates::running_decay(const Aggregate& a, const std::string& amount) {
  const std::string half_life = dialect_.number(a.half_life_days.as_double());
  const std::string body = fmt::format(
      "SELECT account, life, day, CAST({1} AS {3}) + coalesce(sum(CAST({1} AS {3}) * pow(2, age / {2})) OVER "
      "(days {4}), 0) * pow(2, -age / {2}) AS COLUMN\n"
      "  FROM (SELECT *, CAST(day - min(day) OVER (PARTITION BY account, life) AS {3}) AS age FROM d{0} WHERE {1} IS "
      "NOT NULL)\n"
      "  WINDOW days AS (PARTITION BY account, life ORDER BY day)",
      a.selector, amount, half_life, dialect_.real, kEarlier);
  const std::string at_event = joined("r", body, "decayed");
  const std::string last = windowed(fmt::format("last_value({} IGNORE NULLS)", at_event), std::string(kRunning));
  const std::string day =
      windowed(fmt::format("max(CASE WHEN {} IS NOT NULL THEN day END)", at_event), std::string(kRunning));
  return fmt::format("coalesce({} * pow(2, -CAST(day - {} AS {}) / {}), 0)", last, day, dialect_.real, half_life);
}

std::string Aggregates::joined_decay(const Aggregate& a, const std::string& amount, const std::string& column) {
  const std::string body = fmt::format(
      "SELECT s.account, s.life, s.day, sum(CAST(d.{1} AS {3}) * pow(2, CAST(d.day - s.day AS {3}) / {2})) AS COLUMN\n"
      "  FROM spine s JOIN d{0} d ON d.account = s.account AND d.life = s.life AND d.day <= s.day\n"
      "  GROUP BY s.account, s.life, s.day",
      a.selector, amount, dialect_.number(a.half_life_days.as_double()), dialect_.real);
  return or_zero(windows_.add(joined("e", body, column)));
}

// Weeks are counted back from the as-of day; the oldest is week 0.
std::string Aggregates::slope(const Aggregate& a) {
  const bool sums = a.field.kind != Field::Kind::none;
  const std::string amount = daily(a, sums ? fmt::format("sum({})", field(a)) : "count(*)");
  const std::string present = sums ? daily(a, fmt::format("count({})", field(a))) : amount;
  const int64_t weeks = a.window_days / 7;
  std::string total, weighed;
  int64_t sum_j = 0, sum_jj = 0;
  for (int64_t j = 0; j < weeks; ++j) {
    const auto newest = static_cast<int32_t>((weeks - 1 - j) * 7);
    const std::string y = fmt::format(
        "CAST({} AS {})", or_zero(windowed(fmt::format("sum({})", amount), ages(newest, newest + 7))), dialect_.big);
    total += fmt::format("{}{}", j == 0 ? "" : " + ", y);
    weighed += fmt::format("{}{} * {}", j == 0 ? "" : " + ", j, y);
    sum_j += j;
    sum_jj += j * j;
  }
  const int64_t denominator = (weeks * sum_jj - sum_j * sum_j) * (sums ? 1'000'000 : 1);
  const std::string numerator = fmt::format("({} * ({}) - {} * ({}))", weeks, weighed, sum_j, total);
  return fmt::format("CASE WHEN {} > 0{} THEN ({}) / {} END", window_sum(present, a.window_days),
                     no_rate(a, ages(0, a.window_days)), as_real(numerator),
                     dialect_.number(static_cast<double>(denominator)));
}

std::string Aggregates::ctes() const {
  std::string out, columns, joins;
  for (size_t k = 0; k < sources_.size(); ++k) {
    const plan::Selector& selector = plan_.selectors[k];
    std::string where;
    for (const std::string& event : selector.events)
      where += (where.empty() ? "name IN (" : ", ") + dialect_.text(event);
    where += ")";
    if (selector.filter) where += " AND " + condition(*selector.filter, inputs_, dialect_);
    out += fmt::format("s{} AS (\n  SELECT account, life, day{}\n  FROM event WHERE {}),\n", k,
                       sources_[k].selected.list(), where);
    if (sources_[k].daily.empty()) continue;
    out += fmt::format("d{0} AS (\n  SELECT account, life, day{1}\n  FROM s{0} GROUP BY account, life, day),\n", k,
                       sources_[k].daily.list());
    for (const std::string& name : sources_[k].daily.names()) columns += ", " + name;
    joins += fmt::format("\n    LEFT JOIN d{} USING (account, life, day)", k);
  }
  for (const Joined& j : joined_) {
    std::string body = j.body;
    body.replace(body.find("COLUMN"), 6, j.name + "_" + j.column);
    out += fmt::format("{} AS (\n  {}),\n", j.name, body);
    columns += fmt::format(", {}_{}", j.name, j.column);
    joins += fmt::format("\n    LEFT JOIN {} USING (account, life, day)", j.name);
  }
  out += fmt::format("laid AS (\n  SELECT spine.*{}\n  FROM spine{}),\n", columns, joins);
  out += fmt::format(
      "windows AS (\n  SELECT *{}\n  FROM laid WINDOW days AS (PARTITION BY account, life ORDER BY day)),\n",
      windows_.list());
  out += fmt::format("totals AS (\n  SELECT *{}\n  FROM windows)", totals_.list());
  return out;
}

}  // namespace kenko::sql
