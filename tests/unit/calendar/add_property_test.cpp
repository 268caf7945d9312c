// The clock against a slow one: random calendars in zones whose clocks change, walked minute by minute and day by day.
// A failure names the seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/check.h"
#include "base/random.h"
#include "calendar/work_calendar.h"

namespace kenko::calendar {
namespace {

constexpr int64_t kMinute = 60'000'000;
constexpr int kWeeks = 9;

uint64_t wanted_seeds() { return std::getenv("KENKO_LONG") != nullptr ? 3000 : 60; }

// Zones, and a day of a year whose clocks change about four weeks later.
struct Setting {
  const char* zone;
  const char* start;
};
constexpr Setting kPlaces[] = {
    {"UTC", "2026-01-01"},
    {"Europe/London", "2026-03-01"},
    {"Europe/London", "2026-09-25"},
    {"America/New_York", "2026-02-08"},
    {"America/New_York", "2026-10-01"},
    {"Australia/Lord_Howe", "2026-03-07"},
    {"America/Sao_Paulo", "2018-10-07"},
    {"Africa/Cairo", "2026-03-27"},
    {"Asia/Kathmandu", "2026-12-01"},
    {"Atlantic/Azores", "2026-09-27"},
};

Region random_region(Random& random, Day start, std::set<Day>& off) {
  Region region;
  region.hours = {};
  const bool nights = random.chance(0.3);
  do {
    for (auto& spans : region.hours) {
      spans.clear();
      if (!random.chance(0.7)) continue;
      auto from = static_cast<int32_t>(random.between(0, nights ? 4 : 40)) * 15;
      while (from < 1440 && spans.size() < 3) {
        const auto to = static_cast<int32_t>(std::min<int64_t>(1440, from + random.between(1, 30) * 15));
        spans.push_back({from, to});
        from = static_cast<int32_t>(to + random.between(0, 8) * 15);
      }
    }
  } while (std::all_of(region.hours.begin(), region.hours.end(), [](const auto& d) { return d.empty(); }));
  HolidayList list;
  for (int64_t left = random.between(0, 6); left > 0; --left) {
    const Day first = start + static_cast<int32_t>(random.between(0, kWeeks * 7)),
              last = first + static_cast<int32_t>(random.between(0, 3));
    std::string fault;
    list.lines.push_back({*DayRule::parse(first.iso() + ".." + last.iso(), fault), "off"});
    for (Day d = first; d <= last; ++d) off.insert(d);
  }
  region.holidays = {list};
  return region;
}

// Which minutes are work, found by asking what the clocks show: nothing of the calendar but its rules is used.
struct Slow {
  TimeZone zone;
  Region region;
  std::set<Day> off;
  Day start;
  std::vector<bool> work;  // by minute since `zero`
  Instant zero;

  [[nodiscard]] bool works(Day d) const {
    return !off.contains(d) && !region.hours[static_cast<size_t>(d.weekday())].empty();
  }
  void fill() {
    zero = zone.start_of(start);
    const Instant end = zone.start_of(start + kWeeks * 7);
    work.assign(static_cast<size_t>((end.micros - zero.micros) / kMinute), false);
    for (Day d = start; d < start + kWeeks * 7; ++d) {
      if (!works(d)) continue;
      for (const ClockSpan& span : region.hours[static_cast<size_t>(d.weekday())]) {
        // Every minute on the clock from the first one on, and those that a change of the clocks puts between.
        const Instant to = span.to == 1440 ? zone.start_of(d + 1) : zone.instant_of({d, span.to * kMinute, 0, false});
        for (Instant t = zone.instant_of({d, span.from * kMinute, 0, false}); t < to && t < end; t.micros += kMinute) {
          work[static_cast<size_t>((t.micros - zero.micros) / kMinute)] = true;
        }
      }
    }
  }
  // The minute at which a clock that starts with minute `from` has run `minutes`; -1 when that lies behind the end.
  [[nodiscard]] int64_t after(int64_t from, int64_t minutes) const {
    const auto size = static_cast<int64_t>(work.size());
    while (from < size && !work[static_cast<size_t>(from)]) ++from;
    while (from < size && minutes > 0) {
      if (work[static_cast<size_t>(from)]) --minutes;
      ++from;
    }
    return minutes > 0 || from >= size ? -1 : from;
  }
};

class Compared {
 public:
  explicit Compared(uint64_t seed) : random_(seed) {
    const Setting& place = kPlaces[static_cast<size_t>(random_.between(0, std::size(kPlaces) - 1))];
    const auto zone = TimeZone::find(place.zone);
    KENKO_CHECK(zone.has_value(), "no zone {}", place.zone);
    slow_.zone = *zone;
    slow_.start = *Day::parse(place.start);
    slow_.region = random_region(random_, slow_.start, slow_.off);
    slow_.region.zone = slow_.zone;
    slow_.fill();
    fast_ = WorkCalendar({slow_.region}, {});
  }

  void minutes() {
    const int64_t from = random_.between(0, static_cast<int64_t>(slow_.work.size()) - 1);
    const auto count = static_cast<int32_t>(random_.between(0, 3000));
    const int64_t expected = slow_.after(from, count);
    if (expected < 0) return;
    const Instant t{slow_.zero.micros + from * kMinute};
    const Instant due = fast_.add({}, t, WorkSpan::minutes(count));
    ASSERT_EQ(due.iso(), Instant{slow_.zero.micros + expected * kMinute}.iso()) << t.iso() << " + " << count << "m";
    ASSERT_EQ(fast_.working_minutes_between({}, t, due), count);
    // In two steps it is the same as in one.
    const auto half = static_cast<int32_t>(random_.between(0, count));
    if (half < count) {
      const Instant middle = fast_.add({}, t, WorkSpan::minutes(half));
      ASSERT_EQ(fast_.add({}, middle, WorkSpan::minutes(count - half)), due)
          << t.iso() << " + " << half << " of " << count;
    }
  }

  void days() {
    const Day from = slow_.start + static_cast<int32_t>(random_.between(0, 3 * 7));
    const auto n = static_cast<int32_t>(random_.between(1, 8));
    Day d = from;
    for (int left = n; left > 0;) left -= slow_.works(++d) ? 1 : 0;
    ASSERT_EQ(fast_.add_working_days({}, from, n).iso(), d.iso()) << from.iso() << " + " << n << "d";
    if (slow_.works(from)) {
      ASSERT_EQ(fast_.add_working_days({}, d, -n).iso(), from.iso());
    }
    // From the beginning of a day's work: the same clock, as far as the day has it.
    if (!slow_.works(from) || fast_.work_of({}, from).empty() || fast_.work_of({}, d).empty()) return;
    const auto& hours = slow_.region.hours[static_cast<size_t>(d.weekday())];
    const auto& mine = slow_.region.hours[static_cast<size_t>(from.weekday())];
    const auto clock = static_cast<int32_t>(random_.between(mine.front().from, mine.front().to - 1));
    const Instant t = slow_.zone.instant_of({from, clock * kMinute, 0, false});
    int32_t due = hours.front().from;
    for (const ClockSpan& span : hours) {
      if (span.from <= clock) due = std::min(clock, span.to);
    }
    const Instant expected =
        due == 1440 ? slow_.zone.start_of(d + 1) : slow_.zone.instant_of({d, due * kMinute, 0, false});
    if (fast_.next_work({}, t) != t || changes(from) || changes(d)) return;
    ASSERT_EQ(fast_.add({}, t, WorkSpan::days(n)).iso(), expected.iso()) << t.iso() << " + " << n << "d";
  }

 private:
  // Days on which clocks change have their own tests: there "the same time" needs a choice.
  [[nodiscard]] bool changes(Day d) const {
    return slow_.zone.start_of(d + 1).micros - slow_.zone.start_of(d).micros != kMicrosPerDay;
  }

  Random random_;
  Slow slow_;
  WorkCalendar fast_;
};

TEST(WorkCalendarProperty, AddAgreesWithASlowWalk) {
  for (uint64_t seed = 1; seed <= wanted_seeds(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Compared compared(seed);
    for (int i = 0; i < 40; ++i) {
      compared.minutes();
      compared.days();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace kenko::calendar
