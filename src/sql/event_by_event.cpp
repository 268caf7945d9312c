// Functions that look at single events, users and gaps rather than at sums of days.
#include <fmt/format.h>

#include "sql/aggregates.h"

namespace kenko::sql {
namespace {

using plan::Aggregate;
using plan::Field;
using plan::Function;

// Steps up and down by day: the intervals [starts, ends) that `intervals` gives with their account and life.
std::string steps_of(const std::string& intervals) {
  return fmt::format(
      "SELECT account, life, edge AS day, sum(step) AS COLUMN0 FROM (\n"
      "    SELECT account, life, unnest([starts, ends]) AS edge, unnest([1, -1]) AS step\n"
      "    FROM ({}) WHERE ends > starts)\n"
      "  GROUP BY account, life, edge",
      intervals);
}

// How many things there are since each day.
std::string births_of(const std::string& days) {
  return fmt::format("SELECT account, life, day, count(*) AS COLUMN0 FROM ({}) GROUP BY account, life, day", days);
}

}  // namespace

// docs/SEMANTICS.md#functions: h = q * (n - 1), x_i + (h - i) * (x_(i+1) - x_i), and x_i when h is whole.
std::string Aggregates::quantile(const Aggregate& a) {
  const std::string f = field(a);
  const std::string of_day = daily(a, fmt::format("list({0}) FILTER ({0} IS NOT NULL)", f));
  const std::string lists = windowed(fmt::format("list({0}) FILTER ({0} IS NOT NULL)", of_day), window_of(a));
  const std::string sorted = totals_.add(fmt::format("list_sort(flatten({}))", lists));
  const std::string h =
      fmt::format("({} * CAST(len({}) - 1 AS {}))", dialect_.number(a.quantile.as_double()), sorted, dialect_.real);
  const auto x = [&](int after) {
    return fmt::format("(CAST({}[CAST(floor({}) AS {}) + {}] AS {}) / {})", sorted, h, dialect_.integer, 1 + after,
                       dialect_.real, dialect_.number(1e6));
  };
  return fmt::format(
      "CASE WHEN TRUE{0} THEN CASE WHEN {1} = floor({1}) THEN {2} ELSE {2} + ({1} - floor({1})) * ({3} - {2}) END END",
      no_rate(a, window_of(a)), h, x(0), x(1));
}

std::string Aggregates::first_or_last(const Aggregate& a) {
  const bool first = a.function == Function::first;
  const std::string f = field(a);
  const std::string of_day = daily(
      a, fmt::format("{}({}, {}) FILTER ({} IS NOT NULL)", first ? "arg_min" : "arg_max", f, select(a, "number"), f));
  const std::string found =
      windowed(fmt::format("{}({} IGNORE NULLS)", first ? "first_value" : "last_value", of_day), window_of(a));
  return fmt::format("CASE WHEN TRUE{} THEN CAST({} AS {}) / {} END", no_rate(a, window_of(a)), found, dialect_.real,
                     dialect_.number(1e6));
}

// The last event that has the field, even where its amount has no rate.
std::string Aggregates::current(const Aggregate& a) {
  constexpr int32_t kNever = 2147483647;
  const std::string f = field(a);
  const std::string unknown = a.field.kind == Field::Kind::value ? select(a, "no_rate") : "FALSE";
  const std::string number = select(a, "number");
  const std::string expires =
      select(a, fmt::format("coalesce({}, {})", dialect_.day_of_text(inputs_.property("expires")), kNever));
  const auto last = [&](const std::string& what) {
    const std::string of_day =
        daily(a, fmt::format("arg_max({}, {}) FILTER ({} IS NOT NULL OR {})", what, number, f, unknown));
    return windowed(fmt::format("last_value({} IGNORE NULLS)", of_day), kRunning);
  };
  return fmt::format("CASE WHEN NOT {} AND {} > day THEN CAST({} AS {}) / {} END", last(unknown), last(expires),
                     last(or_zero(f)), dialect_.real, dialect_.number(1e6));
}

// An item counts from a day it was seen until it leaves the window or is seen again: one up where that begins, one down
// where it ends, added up along the days.
std::string Aggregates::distinct(const Aggregate& a) {
  const std::string thing = item(a);
  std::string body;
  if (a.window_days == 0) {
    body = births_of(
        fmt::format("SELECT account, life, min(day) AS day FROM s{0} WHERE {1} IS NOT NULL GROUP BY account, life, {1}",
                    a.selector, thing));
  } else {
    body =
        steps_of(fmt::format("SELECT account, life, day AS starts, least(day + {1}, coalesce(lead(day) OVER (PARTITION "
                             "BY account, life, {2} "
                             "ORDER BY day), day + {1})) AS ends\n"
                             "    FROM (SELECT DISTINCT account, life, day, {2} FROM s{0} WHERE {2} IS NOT NULL)",
                             a.selector, a.window_days, thing));
  }
  return fmt::format("CAST({} AS {})", running("c", body), dialect_.real);
}

// A user counts from an event on, as long as it and the ones before it that make up the number are in the window; from
// the user's next event on, that one decides.
std::string Aggregates::users_with(const Aggregate& a) {
  const std::string person = select(a, "person");
  const std::string events = fmt::format("(SELECT {}account, life, day, {} FROM s{} WHERE {} IS NOT NULL)",
                                         a.of_days ? "DISTINCT " : "", person, a.selector, person);
  std::string body;
  if (a.window_days == 0) {
    body = births_of(fmt::format(
        "SELECT account, life, day FROM (SELECT account, life, day, row_number() OVER (PARTITION BY account, life, {} "
        "ORDER BY day) AS nth FROM {}) WHERE nth = {}",
        person, events, a.at_least));
  } else {
    body = steps_of(fmt::format(
        "SELECT account, life, day AS starts, least(oldest + {0}, coalesce(again, oldest + {0})) AS ends FROM (\n"
        "      SELECT account, life, day, lag(day, {1}) OVER mine AS oldest, lead(day) OVER mine AS again FROM {2}\n"
        "      WINDOW mine AS (PARTITION BY account, life, {3} ORDER BY day)) WHERE oldest IS NOT NULL",
        a.window_days, a.at_least - 1, events, person));
  }
  return fmt::format("CAST({} AS {})", running("u", body), dialect_.real);
}

// The days one period apart are a row of their own: the streak goes back to the last of them without an event.
std::string Aggregates::streak(const Aggregate& a) {
  const std::string active = windowed(fmt::format("count({})", daily(a, "count(*)")), ages(0, a.period_days));
  const std::string phase = fmt::format(
      "(PARTITION BY account, life, (day % {0} + {0}) % {0} ORDER BY day ROWS UNBOUNDED PRECEDING)", a.period_days);
  const std::string broken = totals_.add(fmt::format("max(CASE WHEN {} = 0 THEN day END) OVER {}", active, phase));
  const std::string whole = totals_.add(fmt::format("count(*) OVER {}", phase));
  return fmt::format("CAST(CASE WHEN {0} IS NULL THEN {1} ELSE (day - {0}) // {2} END AS {3})", broken, whole,
                     a.period_days, dialect_.real);
}

// Of the days that are looked at, the greatest of: those before the first event, those after the last one, and the gaps
// between two events of them.  A gap stands on the day of the event before it; that of the last event is not over.
std::string Aggregates::longest_gap(const Aggregate& a) {
  const std::string events = daily(a, "count(*)");
  const std::string gap =
      joined("g", fmt::format(
                      "SELECT account, life, day, lead(day) OVER (PARTITION BY account, life ORDER BY day) - day - 1 "
                      "AS COLUMN0 FROM d{}",
                      a.selector)) +
      "_0";
  const std::string event_day = fmt::format("CASE WHEN {} IS NOT NULL THEN day END", events);
  const std::string last = windowed(fmt::format("max({})", event_day), kRunning);
  const std::string days_of_life = windowed("count(*)", kRunning);
  const std::string since = observed(a.selector);
  std::string back = fmt::format("greatest(coalesce(day - {}, 0), 0)", since);
  if (a.window_days > 0) back = fmt::format("least({}, {})", back, a.window_days - 1);
  const std::string frame = "OVER (PARTITION BY account, life ORDER BY day ROWS BETWEEN " + back + " PRECEDING AND ";
  const std::string between =
      totals_.add(fmt::format("max({}) {}day - coalesce({}, day) + 1 PRECEDING)", gap, frame, last));
  const std::string first = totals_.add(fmt::format("min({}) {}CURRENT ROW)", event_day, frame));
  const std::string from = totals_.add(fmt::format("day - least({}, {} - 1)", back, days_of_life));
  return fmt::format(
      "CAST(CASE WHEN {0} IS NULL THEN day - {1} + 1 ELSE greatest(coalesce({2}, 0), {0} - {1}, day - {3}) END AS {4})",
      first, from, between, last, dialect_.real);
}

}  // namespace kenko::sql
