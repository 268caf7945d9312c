// calendar/work_calendar.h
//
// When people work: hours of the week, holidays and quiet periods by region.  Every clock that runs on working time and
// every due day is computed here and nowhere else; docs/TEAM.md#calendar says the rules in prose.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "base/time_zone.h"
#include "calendar/day_range.h"
#include "calendar/holiday_list.h"
#include "calendar/work_span.h"

namespace kenko::calendar {

/// A region of a WorkCalendar: a position in it.  The default one is 0.
struct RegionId {
  uint32_t index = 0;
  friend auto operator<=>(const RegionId&, const RegionId&) = default;
};

/// Hours on a clock of one day.  Units: minutes since midnight; 0 <= from < to <= 1440.
struct ClockSpan {
  int32_t from = 0;
  int32_t to = 0;
  friend bool operator==(const ClockSpan&, const ClockSpan&) = default;
};

/// Working hours of a week, by weekday (0 = Monday).  Invariants: the spans of a day ascend and do not overlap.
using WeekHours = std::array<std::vector<ClockSpan>, 7>;

/// Monday to Friday, 09:00 to 17:00.
[[nodiscard]] WeekHours office_hours();

/// People who work at the same times.
struct Region {
  std::string name = "default";
  TimeZone zone;
  WeekHours hours = office_hours();
  std::vector<HolidayList> holidays;
  std::vector<std::string> without;  ///< names of holidays on which this region works all the same
};

/// A time in which customers are left alone, or expected to be still.
struct QuietPeriod {
  std::string name;
  DayRange days;
  std::vector<RegionId> regions;      ///< empty = everywhere
  std::vector<std::string> segments;  ///< empty = everybody
  Place place;                        ///< where the file says it
};

/// A quiet period as it comes around.  Ownership: points into the calendar.
struct Quiet {
  const QuietPeriod* period = nullptr;
  Spell days;
};

/// A part of a working day.  from is included, to is not; from < to.
struct WorkTime {
  Instant from;
  Instant to;
  friend bool operator==(const WorkTime&, const WorkTime&) = default;
};

/// The working time of all regions.
///
/// Meaning:    a day is a working day of a region when its weekday has hours and it is no holiday there.  Work of a day
///             is what lies between the instants that clocks of the region's zone show at the ends of its hours: a
///             change of the clocks inside makes it an hour longer or shorter; hours that a change skips are not there.
/// Invariants: every region has hours on some weekday and at least one working day in each year that a reader checked
///             (read_calendar); day arithmetic stops at Day::kMax instead of failing.
/// Ownership:  plain value; Quiet and Holiday point into it.  Threads: immutable, safe to use from many.
class WorkCalendar {
 public:
  /// One region: Monday to Friday, 09:00 to 17:00, no holidays.
  explicit WorkCalendar(TimeZone zone = {});
  /// Requires: the first region is the default one; every region has hours; names are unique.
  WorkCalendar(std::vector<Region> regions, std::vector<QuietPeriod> quiet);

  [[nodiscard]] static constexpr RegionId default_region() { return {}; }
  [[nodiscard]] std::optional<RegionId> find(std::string_view name) const;
  [[nodiscard]] const Region& region(RegionId region) const;
  [[nodiscard]] std::vector<std::string> region_names() const;
  [[nodiscard]] const std::vector<QuietPeriod>& quiet_periods() const { return quiet_; }

  [[nodiscard]] bool works(RegionId region, Day d) const;
  [[nodiscard]] bool is_holiday(RegionId region, Day d) const { return holiday(region, d).has_value(); }
  /// The name of the holiday, on a weekend too; of several lists the first one's.
  [[nodiscard]] std::optional<std::string> holiday(RegionId region, Day d) const;
  /// The first quiet period of the file that covers the day for the region and the segment (empty = no segment, which
  /// only periods of everybody cover).
  [[nodiscard]] std::optional<Quiet> quiet(RegionId region, std::string_view segment, Day d) const;

  /// The work of a day, ascending; empty when it is no working day.
  [[nodiscard]] std::vector<WorkTime> work_of(RegionId region, Day d) const;
  /// When the work of `d`, or of the next working day, ends: the moment at which what is due on that day is overdue.
  [[nodiscard]] Instant end_of_work(RegionId region, Day d) const;
  /// `t` when it lies in work, else the next beginning of work.
  [[nodiscard]] Instant next_work(RegionId region, Instant t) const;

  /// When `span` is over for a clock that starts at `t`, or, when `t` lies outside of work, at the next beginning of
  /// work.  Minutes run within work alone; what ends with a day's work ends that day.  Days: the same time on the clock
  /// so many working days later; where that day's hours do not have it, the nearest end of work before it, or else the
  /// day's beginning of work.
  [[nodiscard]] Instant add(RegionId region, Instant t, WorkSpan span) const;
  /// Whole minutes of work from `from` to `to`; 0 when `to` is not after `from`.
  [[nodiscard]] int64_t working_minutes_between(RegionId region, Instant from, Instant to) const;

  /// n > 0: the n-th working day after `d`; n < 0: before `d`; 0: `d`, or the next working day.
  [[nodiscard]] Day add_working_days(RegionId region, Day d, int32_t n) const;

 private:
  [[nodiscard]] std::vector<Holiday> holidays_in(const Region& region, int year) const;
  [[nodiscard]] std::optional<WorkTime> first_work(RegionId region, Instant t) const;

  std::vector<Region> regions_;
  std::vector<QuietPeriod> quiet_;
  // By region, ascending by day: the years in which work happens are made once, others when they are asked for.
  std::vector<std::vector<Holiday>> near_;
};

}  // namespace kenko::calendar
