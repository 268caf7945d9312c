// calendar/holiday_list.h
//
// A list of holidays: the rules of a country, or a company's own days.  share/calendars/*.yaml are such lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/day_rule.h"
#include "tree/reader.h"

namespace kenko::calendar {

/// A day off and what it is called ("Christmas Day", "Christmas Day (observed)").
struct Holiday {
  Day day;
  std::string name;
  friend bool operator==(const Holiday&, const Holiday&) = default;
};

/// What happens to a holiday of one day that falls on a weekend.  It stays a holiday itself, and
///   none          nothing more
///   nearest       of a Saturday the Friday before, of a Sunday the Monday after is one too (United States)
///   next          the next Monday to Friday that is no holiday (United Kingdom)
///   after_sunday  only of a Sunday: the next day that is no holiday (Japan)
enum class Observed : uint8_t { none, nearest, next, after_sunday };

/// Rules with names.
///
/// Meaning:   which days of a year are holidays, on the weekend or not.
/// Ownership: plain value.  Threads: immutable.
struct HolidayList {
  struct Line {
    DayRule rule;
    std::string name;
  };
  std::string about;  ///< one sentence for people; may be empty
  Observed observed = Observed::none;
  bool bridge = false;  ///< a day between two holidays is one too (Japan)
  std::vector<Line> lines;

  /// The holidays of a year, ascending by day, each day once: the first line that names it counts.
  [[nodiscard]] std::vector<Holiday> in_year(int year) const;
};

/// Lines `12-25: Christmas Day` of a map; problems have the code "bad-holiday".
void read_holiday_lines(const tree::Values& values, const tree::Node& map, std::vector<HolidayList::Line>& lines);

/// A list as a map with the keys `about`, `observed`, `bridge`, `days`.
[[nodiscard]] HolidayList read_holiday_list(tree::Reader& map);

/// A list as a file of its own (share/calendars/us.yaml): the keys above and `kenko: 1`.
[[nodiscard]] Result<HolidayList> read_holiday_file(std::string_view yaml, const std::string& file);

}  // namespace kenko::calendar
