// Pairs of selectors: things opened and closed, due and done, item by item.
#include <fmt/format.h>

#include "sql/aggregates.h"

namespace kenko::sql {
namespace {

using plan::Aggregate;
using plan::Function;

// What is taken of the items in force on a day, and of which of them.
struct Taken {
  std::string where;
  std::string first, second;  // aggregates over item i and day s.day; the second one may be empty
};

Taken taken_of(const Aggregate& a) {
  // The day lies in the window, which does not reach before the life.
  const auto in_window = [&](const std::string& day) {
    const std::string in_life = fmt::format("{0} >= s.life_first AND {0} <= s.day", day);
    return a.window_days == 0 ? in_life : fmt::format("{} AND {} > s.day - {}", in_life, day, a.window_days);
  };
  const std::string missed = "i.first_done IS NULL AND i.due < s.day";
  switch (a.function) {
    case Function::open:
      return {"i.is_open", "count(*)", ""};
    case Function::open_age:
      return {"i.is_open", "max(s.day - i.last_day)", ""};
    case Function::missed:
      return {missed, "count(*)", ""};
    case Function::overdue_days:
      return {missed, "max(s.day - i.due)", ""};
    case Function::overdue_amount:
      return {missed, "sum(i.amount)", "count(*) FILTER (i.no_rate)"};
    case Function::days_late:
      return {in_window("i.due"),
              "sum(CASE WHEN i.first_done IS NULL THEN s.day - i.due ELSE greatest(0, i.first_done - i.due) END)",
              "count(*)"};
    case Function::completion:
      return {in_window("i.last_day"), "count(*) FILTER (i.last_done_at >= i.last_at)", "count(*)"};
    default:
      return {in_window("i.first_day") + " AND i.answered_at IS NOT NULL", "sum(i.answered_at - i.first_at)",
              "count(*)"};
  }
}

}  // namespace

// A row for each item and day with an event of it: what is known of the item from that day until the day before
// `until`.
std::string Aggregates::item_days(const Aggregate& a) {
  constexpr int32_t kNever = 2147483647;
  const std::string due =
      a.due.empty() ? "day" : fmt::format("coalesce({}, {})", dialect_.day_of_text(inputs_.property(a.due)), kNever);
  const std::string opens = condition_of(a.selector), closes = condition_of(a.second);
  const std::string events = fmt::format(
      "SELECT account, life, day, number, occurred, {0} AS item, coalesce({1}, FALSE) AS opens, coalesce({2}, FALSE) "
      "AS "
      "closes, coalesce(value, 0) AS worth, no_rate, {3} AS due FROM event WHERE (({1}) OR ({2})) AND {0} IS NOT NULL",
      inputs_.property(a.by), opens, closes, due);
  const auto last = [](const char* what, const char* name) {
    return fmt::format(",\n      last_value(CASE WHEN opens THEN {} END IGNORE NULLS) OVER so_far AS {}", what, name);
  };
  const std::string known = fmt::format(
      "SELECT *, opens AND NOT closes AS is_open, lead(day) OVER (PARTITION BY account, life, item ORDER BY number) AS "
      "until{}{}{}{}{},\n      min(CASE WHEN closes THEN day END) OVER so_far AS first_done,\n      max(CASE WHEN "
      "closes "
      "THEN occurred END) OVER so_far AS last_done_at,\n      min(CASE WHEN closes AND occurred >= first_at THEN "
      "occurred "
      "END) OVER so_far AS answered_at\n    FROM (SELECT *, min(CASE WHEN opens THEN occurred END) OVER whole AS "
      "first_at, "
      "min(CASE WHEN opens THEN day END) OVER whole AS first_day\n      FROM ({})\n      WINDOW whole AS (PARTITION BY "
      "account, life, item))\n    WINDOW so_far AS (PARTITION BY account, life, item ORDER BY number ROWS UNBOUNDED "
      "PRECEDING)",
      last("day", "last_day"), last("occurred", "last_at"), last("worth", "amount"), last("no_rate", "last_no_rate"),
      last("due", "last_due"), events);
  const std::string body = fmt::format(
      "SELECT account, life, day, until, is_open, last_day, last_at, amount, last_no_rate AS no_rate, last_due AS due, "
      "first_done, last_done_at, first_at, first_day, answered_at\n  FROM ({})\n  WHERE last_day IS NOT NULL AND "
      "(until IS "
      "NULL OR until > day)",
      known);
  for (const Joined& j : items_) {
    if (j.body == body) return j.name;
  }
  items_.push_back({fmt::format("i{}", items_.size()), body, 0});
  return items_.back().name;
}

std::string Aggregates::pair(const Aggregate& a) {
  const Taken taken = taken_of(a);
  const std::string second = taken.second.empty() ? "" : fmt::format(", {} AS COLUMN1", taken.second);
  const std::string body = fmt::format(
      "SELECT s.account, s.life, s.day, {} AS COLUMN0{}\n  FROM (SELECT account, life, day, min(day) OVER (PARTITION "
      "BY "
      "account, life) AS life_first FROM spine) s\n    JOIN {} i ON i.account = s.account AND i.life = s.life AND "
      "i.day <= "
      "s.day AND (i.until IS NULL OR s.day < i.until)\n  WHERE {} GROUP BY s.account, s.life, s.day",
      taken.first, second, item_days(a), taken.where);
  const std::string name = joined("o", body, taken.second.empty() ? 1 : 2);
  const std::string value = fmt::format("({})", as_real(or_zero(name + "_0")));
  if (taken.second.empty()) return value;
  const std::string other = or_zero(name + "_1");
  if (a.function == Function::overdue_amount) {
    return fmt::format("CASE WHEN {} = 0 THEN {} / {} END", other, value, dialect_.number(1e6));
  }
  const std::string ratio = fmt::format("{} / CAST({} AS {})", value, other, dialect_.real);
  const bool hours = a.function == Function::time_between;
  return fmt::format("CASE WHEN {} > 0 THEN {}{} END", other, ratio, hours ? " / " + dialect_.number(3.6e9) : "");
}

}  // namespace kenko::sql
