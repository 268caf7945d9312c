#include "calendar/work_calendar.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::calendar {
namespace {

constexpr int kFirstYear = 2015, kLastYear = 2045;
constexpr int64_t kMicrosPerMinute = 60'000'000;

// The time that clocks show at `t`, on its day.  A zone only turns clocks into instants, so the way back is guessed:
// before a change of the clocks the time since the day began is right, after it the time until the next day begins.  In
// an hour that comes twice no clock leads to its second round; that lies after the change.
int64_t clock_of(const TimeZone& zone, Instant t) {
  const Day day = zone.day_of(t);
  const int64_t since = t.micros - zone.start_of(day).micros;
  const int64_t until = kMicrosPerDay - (zone.start_of(day + 1).micros - t.micros);
  for (const int64_t guess : {until, since}) {
    if (guess >= 0 && guess < kMicrosPerDay && zone.instant_of({day, guess, 0, false}) == t) return guess;
  }
  return std::clamp<int64_t>(until, 0, kMicrosPerDay - 1);
}

Instant at_clock(const TimeZone& zone, Day d, int32_t minutes) {
  constexpr int32_t kMinutesPerDay = 1440;
  if (minutes == kMinutesPerDay) return zone.start_of(d + 1);
  return zone.instant_of({d, minutes * kMicrosPerMinute, 0, false});
}

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

WeekHours office_hours() {
  constexpr size_t kSaturday = 5;
  constexpr ClockSpan kOffice{9 * 60, 17 * 60};
  WeekHours hours;
  for (size_t day = 0; day < kSaturday; ++day) hours[day] = {kOffice};
  return hours;
}

WorkCalendar::WorkCalendar(TimeZone zone)
    : WorkCalendar({Region{"default", std::move(zone), office_hours(), {}, {}}}, {}) {}

WorkCalendar::WorkCalendar(std::vector<Region> regions, std::vector<QuietPeriod> quiet)
    : regions_(std::move(regions)), quiet_(std::move(quiet)) {
  KENKO_CHECK(!regions_.empty(), "a calendar without regions");
  for (const Region& region : regions_) {
    const bool has_hours =
        std::any_of(region.hours.begin(), region.hours.end(), [](const auto& d) { return !d.empty(); });
    KENKO_CHECK(has_hours, "region {} has no hours", region.name);
    std::vector<Holiday> near;
    for (int year = kFirstYear; year <= kLastYear && !region.holidays.empty(); ++year) {
      const auto days = holidays_in(region, year);
      near.insert(near.end(), days.begin(), days.end());
    }
    near_.push_back(std::move(near));
  }
}

std::optional<RegionId> WorkCalendar::find(std::string_view name) const {
  for (uint32_t i = 0; i < regions_.size(); ++i) {
    if (regions_[i].name == name) return RegionId{i};
  }
  return std::nullopt;
}

const Region& WorkCalendar::region(RegionId region) const {
  KENKO_CHECK(region.index < regions_.size(), "region {} of {}", region.index, regions_.size());
  return regions_[region.index];
}

std::vector<std::string> WorkCalendar::region_names() const {
  std::vector<std::string> out;
  for (const Region& region : regions_) out.push_back(region.name);
  return out;
}

std::vector<Holiday> WorkCalendar::holidays_in(const Region& region, int year) const {
  std::vector<Holiday> out;
  for (const HolidayList& list : region.holidays) {
    for (Holiday& holiday : list.in_year(year)) {
      std::string_view name = holiday.name;
      constexpr std::string_view kMoved = " (observed)";
      if (name.ends_with(kMoved)) name.remove_suffix(kMoved.size());
      if (!names(region.without, name)) out.push_back(std::move(holiday));
    }
  }
  const auto earlier = [](const Holiday& a, const Holiday& b) { return a.day < b.day; };
  std::stable_sort(out.begin(), out.end(), earlier);
  out.erase(std::unique(out.begin(), out.end(), [](const Holiday& a, const Holiday& b) { return a.day == b.day; }),
            out.end());
  return out;
}

std::optional<std::string> WorkCalendar::holiday(RegionId id, Day d) const {
  const Region& where = region(id);
  if (where.holidays.empty()) return std::nullopt;
  const int year = year_of(d);
  std::vector<Holiday> far;
  const bool near = year >= kFirstYear && year <= kLastYear;
  if (!near) far = holidays_in(where, year);
  const std::vector<Holiday>& days = near ? near_[id.index] : far;
  const auto it = std::lower_bound(days.begin(), days.end(), d, [](const Holiday& h, Day day) { return h.day < day; });
  return it != days.end() && it->day == d ? std::optional(it->name) : std::nullopt;
}

bool WorkCalendar::works(RegionId id, Day d) const {
  return !region(id).hours[static_cast<size_t>(d.weekday())].empty() && !is_holiday(id, d);
}

std::optional<Quiet> WorkCalendar::quiet(RegionId id, std::string_view segment, Day d) const {
  for (const QuietPeriod& period : quiet_) {
    const auto& regions = period.regions;
    if (!regions.empty() && std::find(regions.begin(), regions.end(), id) == regions.end()) continue;
    if (!period.segments.empty() && !names(period.segments, segment)) continue;
    if (const auto spell = period.days.around(d)) return Quiet{&period, *spell};
  }
  return std::nullopt;
}

std::vector<WorkTime> WorkCalendar::work_of(RegionId id, Day d) const {
  std::vector<WorkTime> out;
  if (!works(id, d)) return out;
  const Region& where = region(id);
  for (const ClockSpan& span : where.hours[static_cast<size_t>(d.weekday())]) {
    const WorkTime time{at_clock(where.zone, d, span.from), at_clock(where.zone, d, span.to)};
    if (time.from < time.to) out.push_back(time);
  }
  return out;
}

// The first part of work that ends after `t`; nullopt at the end of all days.
std::optional<WorkTime> WorkCalendar::first_work(RegionId id, Instant t) const {
  for (Day day = region(id).zone.day_of(t); day < Day::kMax; ++day) {
    for (const WorkTime& time : work_of(id, day)) {
      if (t < time.to) return time;
    }
  }
  return std::nullopt;
}

Instant WorkCalendar::end_of_work(RegionId id, Day d) const {
  for (Day day = d; day < Day::kMax; ++day) {
    const auto work = work_of(id, day);
    if (!work.empty()) return work.back().to;
  }
  return region(id).zone.start_of(Day::kMax);
}

Instant WorkCalendar::next_work(RegionId id, Instant t) const {
  const auto work = first_work(id, t);
  return work ? std::max(t, work->from) : region(id).zone.start_of(Day::kMax);
}

Instant WorkCalendar::add(RegionId id, Instant t, WorkSpan span) const {
  const Instant start = next_work(id, t);
  if (span.count == 0) return start;
  const TimeZone& zone = region(id).zone;
  if (span.unit == WorkSpan::Unit::minutes) {
    int64_t left = span.count * kMicrosPerMinute;
    Instant at = start;
    while (const auto work = first_work(id, at)) {
      at = std::max(at, work->from);
      if (left <= work->to.micros - at.micros) return {at.micros + left};
      left -= work->to.micros - at.micros;
      at = work->to;
    }
    return zone.start_of(Day::kMax);
  }
  const Day day = add_working_days(id, zone.day_of(start), span.count);
  const Instant same = zone.instant_of({day, clock_of(zone, start), 0, false});
  const auto work = work_of(id, day);
  if (work.empty()) return same;
  Instant due = work.front().from;
  for (const WorkTime& time : work) {
    if (time.from <= same) due = std::min(same, time.to);
  }
  return due;
}

int64_t WorkCalendar::working_minutes_between(RegionId id, Instant from, Instant to) const {
  if (to <= from) return 0;
  int64_t micros = 0;
  const TimeZone& zone = region(id).zone;
  const Day last = zone.day_of(to);
  for (Day day = zone.day_of(from); day <= last; ++day) {
    for (const WorkTime& time : work_of(id, day)) {
      micros += std::max<int64_t>(0, std::min(to, time.to).micros - std::max(from, time.from).micros);
    }
  }
  return micros / kMicrosPerMinute;
}

Day WorkCalendar::add_working_days(RegionId id, Day d, int32_t n) const {
  const int32_t step = n < 0 ? -1 : 1;
  const Day end = n < 0 ? Day::kMin : Day::kMax;
  int32_t left = n < 0 ? -n : n;
  Day day = d;
  if (n == 0) {
    while (day != end && !works(id, day)) ++day;
    return day;
  }
  while (left > 0 && day != end) {
    day = day + step;
    if (works(id, day)) --left;
  }
  return day;
}

}  // namespace kenko::calendar
