#include "calendar/day_range.h"

#include <fmt/format.h>

namespace kenko::calendar {
namespace {

constexpr int kLeapYear = 2024;

}  // namespace

std::optional<MonthDay> MonthDay::parse(std::string_view text) {
  const auto day = Day::parse(fmt::format("{}-{}", kLeapYear, text));
  if (!day) return std::nullopt;
  int year = 0;
  MonthDay out;
  day->civil(year, out.month, out.day);
  return out;
}

int year_of(Day d) {
  int year = 0, month = 0, day = 0;
  d.civil(year, month, day);
  return year;
}

std::optional<DayRange> DayRange::parse(std::string_view from, std::string_view to, Fault& fault) {
  fault = Fault::none;
  const auto first = Day::parse(from), last = Day::parse(to);
  if (first && last) {
    if (*last < *first) fault = Fault::order;
    if (*last - *first >= kMostDays) fault = Fault::length;
    if (fault != Fault::none) return std::nullopt;
    return DayRange(Spell{*first, *last});
  }
  const auto begin = MonthDay::parse(from), end = MonthDay::parse(to);
  if (begin && end) return DayRange(*begin, *end);
  fault = Fault::form;
  return std::nullopt;
}

std::optional<Spell> DayRange::begun_in(int year) const {
  if (!yearly_) return year_of(dated_.first) == year ? std::optional(dated_) : std::nullopt;
  const auto exact = Day::from_civil(year, from_.month, from_.day);
  if (from_ == to_) return exact ? std::optional(Spell{*exact, *exact}) : std::nullopt;
  // Only 02-29 can be missing, and years outside of the calendar's range.
  const auto first = exact ? exact : Day::from_civil(year, 3, 1);
  const int last_year = to_ < from_ ? year + 1 : year;
  auto last = Day::from_civil(last_year, to_.month, to_.day);
  if (!last) last = Day::from_civil(last_year, 2, 28);
  if (!first) return std::nullopt;
  return Spell{*first, last ? *last : Day::kMax};
}

std::optional<Spell> DayRange::around(Day d) const {
  const int year = year_of(d);
  for (const int begun : {year, year - 1}) {
    const auto spell = begun_in(begun);
    if (spell && spell->contains(d)) return spell;
  }
  return std::nullopt;
}

}  // namespace kenko::calendar
