#include "sql/aggregates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "sql/filters.h"

namespace kenko::sql {

using plan::Aggregate;
using plan::Field;
using plan::Function;

std::string ages(int32_t from, int32_t to) {
  if (from == 0) return fmt::format("ROWS BETWEEN {} PRECEDING AND CURRENT ROW", to - 1);
  return fmt::format("ROWS BETWEEN {} PRECEDING AND {} PRECEDING", to - 1, from);
}

std::string window_of(const Aggregate& a) { return a.window_days == 0 ? kRunning : ages(0, a.window_days); }

std::string or_zero(const std::string& e) { return fmt::format("coalesce({}, 0)", e); }

Aggregates::Aggregates(const plan::Plan& plan, const Inputs& inputs, const Dialect& dialect,
                       const HistoryOptions& options)
    : plan_(plan), inputs_(inputs), dialect_(dialect), options_(options) {
  for (size_t k = 0; k < plan.selectors.size(); ++k) {
    sources_.push_back({Columns(fmt::format("s{}_", k)), Columns(fmt::format("d{}_", k))});
  }
}

std::string Aggregates::select(const Aggregate& a, const std::string& expression) {
  sources_[a.selector].used = true;
  return sources_[a.selector].selected.add(expression);
}

// The number that is read of an event, in millionths.
std::string Aggregates::field(const Aggregate& a) {
  if (a.field.kind == Field::Kind::value) return select(a, "value");
  KENKO_CHECK(a.field.kind == Field::Kind::property, "field kind {} is no number", static_cast<int>(a.field.kind));
  return select(a, dialect_.micros_of_text(inputs_.property(a.field.property)));
}

// What `distinct` tells apart.
std::string Aggregates::item(const Aggregate& a) {
  if (a.field.kind == Field::Kind::user) return select(a, "person");
  return select(a, inputs_.property(a.field.property));
}

std::string Aggregates::daily(const Aggregate& a, const std::string& expression) {
  sources_[a.selector].used = true;
  return sources_[a.selector].daily.add(expression);
}

std::string Aggregates::windowed(const std::string& expression, const std::string& frame) {
  return windows_.add(fmt::format("{} OVER (days {})", expression, frame));
}

std::string Aggregates::window_sum(const std::string& column, const std::string& frame) {
  return or_zero(windowed(fmt::format("sum({})", column), frame));
}

// An exact sum as a double.  It gets a column of its own because the conversion names it more than once.
std::string Aggregates::as_real(const std::string& exact) { return dialect_.real_of_big(totals_.add(exact)); }

// The name of the relation; its columns are <name>_0, <name>_1 ...
std::string Aggregates::joined(const std::string& prefix, const std::string& body, int columns) {
  for (const Joined& j : joined_) {
    if (j.body == body) return j.name;
  }
  joined_.push_back({fmt::format("{}{}", prefix, joined_.size()), body, columns});
  return joined_.back().name;
}

std::string Aggregates::running(const std::string& prefix, const std::string& body) {
  return window_sum(joined(prefix, body) + "_0", kRunning);
}

// "AND no amount in the frame lacks a rate"; empty when the aggregate reads no money.
std::string Aggregates::no_rate(const Aggregate& a, const std::string& frame) {
  if (a.field.kind != Field::Kind::value) return "";
  const std::string flag = select(a, "no_rate");
  const std::string count = daily(a, fmt::format("count(*) FILTER ({})", flag));
  return fmt::format(" AND {} = 0", window_sum(count, frame));
}

std::string Aggregates::observed(uint32_t selector) const { return inputs_.observed(plan_.selectors[selector].events); }

AggregateSql Aggregates::add(const Aggregate& a) {
  AggregateSql out;
  const std::string value = raw_value(a, out.scale);
  // An unobserved name has a null first day: the condition is not true, the value null.
  std::string enough = fmt::format("day - {} + 1 >= {}", observed(a.selector), a.min_observed_days);
  if (plan::is_pair(a.function))
    enough += fmt::format(" AND day - {} + 1 >= {}", observed(a.second), a.min_observed_days);
  out.value = fmt::format("CASE WHEN {} THEN {} END", enough, value);
  return out;
}

std::string Aggregates::raw_value(const Aggregate& a, std::string& scale) {
  const std::string window = window_of(a);
  switch (a.function) {
    case Function::count:
      return fmt::format("CAST({} AS {})", window_sum(daily(a, "count(*)"), window), dialect_.real);
    case Function::sum: {
      const std::string total = window_sum(daily(a, fmt::format("sum({})", field(a))), window);
      return fmt::format("CASE WHEN TRUE{} THEN ({}) / {} END", no_rate(a, window), as_real(total),
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
      return fmt::format("CAST({} AS {})", windowed(fmt::format("count({})", daily(a, "count(*)")), window),
                         dialect_.real);
    case Function::days_since:
      return days_since(a);
    case Function::decayed_count:
    case Function::decayed_sum:
      return a.steps.empty() ? halved(a, scale) : stepped(a);
    case Function::slope:
      return slope(a);
    case Function::quantile:
      return quantile(a);
    case Function::first:
    case Function::last:
      return first_or_last(a);
    case Function::current:
      return current(a);
    case Function::users_with:
      return users_with(a);
    case Function::streak:
      return streak(a);
    case Function::longest_gap:
      return longest_gap(a);
    default:
      break;
  }
  KENKO_CHECK(plan::is_pair(a.function), "function {} has no SQL", static_cast<int>(a.function));
  return pair(a);
}

std::string Aggregates::mean(const Aggregate& a) {
  const std::string f = field(a);
  const std::string total = window_sum(daily(a, fmt::format("sum({})", f)), window_of(a));
  const std::string number = window_sum(daily(a, fmt::format("count({})", f)), window_of(a));
  return fmt::format("CASE WHEN {} > 0{} THEN ({}) / ({}) END", number, no_rate(a, window_of(a)), as_real(total),
                     as_real(number + " * 1000000"));
}

std::string Aggregates::extreme(const Aggregate& a) {
  const std::string_view word = a.function == Function::min ? "min" : "max";
  const std::string of_day = daily(a, fmt::format("{}({})", word, field(a)));
  const std::string found = windowed(fmt::format("{}({})", word, of_day), window_of(a));
  return fmt::format("CASE WHEN TRUE{} THEN CAST({} AS {}) / {} END", no_rate(a, window_of(a)), found, dialect_.real,
                     dialect_.number(1e6));
}

std::string Aggregates::days_since(const Aggregate& a) {
  const std::string last =
      windowed(fmt::format("max(CASE WHEN {} IS NOT NULL THEN day END)", daily(a, "count(*)")), kRunning);
  return fmt::format("CAST(day - coalesce({}, {}) AS {})", last, observed(a.selector), dialect_.real);
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
  return fmt::format("CASE WHEN {} > 0{} THEN ({}) / {} END", window_sum(present, window_of(a)),
                     no_rate(a, window_of(a)), as_real(numerator), dialect_.number(static_cast<double>(denominator)));
}

std::string Aggregates::condition_of(uint32_t k) const {
  const plan::Selector& selector = plan_.selectors[k];
  std::string out;
  for (const std::string& event : selector.events) out += (out.empty() ? "name IN (" : ", ") + dialect_.text(event);
  out += ")";
  if (selector.filter) out += " AND " + condition(*selector.filter, inputs_, dialect_);
  return out;
}

std::string Aggregates::ctes() const {
  std::string out, columns, joins;
  for (uint32_t k = 0; k < sources_.size(); ++k) {
    if (!sources_[k].used) continue;
    out += fmt::format("s{} AS (\n  SELECT account, life, day{}\n  FROM event WHERE {}),\n", k,
                       sources_[k].selected.list(), condition_of(k));
    if (sources_[k].daily.empty()) continue;
    out += fmt::format("d{0} AS (\n  SELECT account, life, day{1}\n  FROM s{0} GROUP BY account, life, day),\n", k,
                       sources_[k].daily.list());
    for (const std::string& name : sources_[k].daily.names()) columns += ", " + name;
    joins += fmt::format("\n    LEFT JOIN d{} USING (account, life, day)", k);
  }
  for (const Joined& j : items_) out += fmt::format("{} AS (\n  {}),\n", j.name, j.body);
  for (const Joined& j : joined_) {
    std::string body = j.body;
    for (int c = 0; c < j.columns; ++c) {
      const std::string name = fmt::format("{}_{}", j.name, c), place = fmt::format("COLUMN{}", c);
      body.replace(body.find(place), place.size(), name);
      columns += ", " + name;
    }
    out += fmt::format("{} AS (\n  {}),\n", j.name, body);
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
