// Decayed counts and sums: weights that fall with age.
#include <fmt/format.h>

#include "sql/aggregates.h"

namespace kenko::sql {

using plan::Aggregate;
using plan::Function;

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
  return fmt::format("CASE WHEN TRUE{} THEN ({}) / {} END", no_rate(a, kRunning), as_real(total),
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
  const bool as_running_sum = options_.longest_life_days / a.half_life_days.as_double() < kLargestExponent;
  const double unit = a.function == Function::decayed_count ? 1 : 1e6;
  const auto sum = [&](const std::string& column) {
    return fmt::format("({}) / {}", as_running_sum ? running_decay(a, column) : joined_decay(a, column),
                       dialect_.number(unit));
  };
  const std::string guard = no_rate(a, kRunning);
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
      "(days {4}), 0) * pow(2, -age / {2}) AS COLUMN0\n"
      "  FROM (SELECT *, CAST(day - min(day) OVER (PARTITION BY account, life) AS {3}) AS age FROM d{0} WHERE {1} IS "
      "NOT NULL)\n"
      "  WINDOW days AS (PARTITION BY account, life ORDER BY day)",
      a.selector, amount, half_life, dialect_.real, kEarlier);
  const std::string at_event = joined("r", body) + "_0";
  const std::string last = windowed(fmt::format("last_value({} IGNORE NULLS)", at_event), kRunning);
  const std::string day = windowed(fmt::format("max(CASE WHEN {} IS NOT NULL THEN day END)", at_event), kRunning);
  return fmt::format("coalesce({} * pow(2, -CAST(day - {} AS {}) / {}), 0)", last, day, dialect_.real, half_life);
}

std::string Aggregates::joined_decay(const Aggregate& a, const std::string& amount) {
  const std::string body = fmt::format(
      "SELECT s.account, s.life, s.day, sum(CAST(d.{1} AS {3}) * pow(2, CAST(d.day - s.day AS {3}) / {2})) AS COLUMN0\n"
      "  FROM spine s JOIN d{0} d ON d.account = s.account AND d.life = s.life AND d.day <= s.day\n"
      "  GROUP BY s.account, s.life, s.day",
      a.selector, amount, dialect_.number(a.half_life_days.as_double()), dialect_.real);
  return or_zero(windows_.add(joined("e", body) + "_0"));
}

}  // namespace kenko::sql
