#include "calendar/work_calendar.h"

#include <gtest/gtest.h>

#include "calendar/read_calendar.h"
#include "calendar/shipped_lists.h"

namespace kenko::calendar {
namespace {

constexpr RegionId kHere = WorkCalendar::default_region();

WorkCalendar read(const std::string& yaml) {
  auto calendar = read_calendar("kenko: 1\n" + yaml, "calendar.yaml", TimeZone(), shipped_lists());
  EXPECT_TRUE(calendar.ok()) << to_text(calendar.problems());
  return calendar.ok() ? *calendar : WorkCalendar();
}

Day day(std::string_view iso) { return *Day::parse(iso); }
Instant at(std::string_view iso) { return *Instant::parse(iso); }

std::string add(const WorkCalendar& c, std::string_view from, std::string_view span, RegionId region = kHere) {
  return c.add(region, at(from), *WorkSpan::parse(span)).iso();
}

// 2026-11-23 is a Monday.
TEST(WorkCalendar, WithoutAFileItIsMondayToFridayNineToFive) {
  const WorkCalendar c;
  EXPECT_TRUE(c.works(kHere, day("2026-11-27")));
  EXPECT_FALSE(c.works(kHere, day("2026-11-28")));
  EXPECT_TRUE(c.works(kHere, day("2026-12-25")));
  EXPECT_FALSE(c.is_holiday(kHere, day("2026-12-25")));
  EXPECT_EQ(c.work_of(kHere, day("2026-11-23")),
            (std::vector<WorkTime>{{at("2026-11-23T09:00:00Z"), at("2026-11-23T17:00:00Z")}}));
  EXPECT_FALSE(c.quiet(kHere, "smb", day("2026-12-25")).has_value());
}

TEST(WorkCalendar, HoursRunWithinWorkAlone) {
  const WorkCalendar c;
  EXPECT_EQ(add(c, "2026-11-23T10:00:00Z", "4h"), "2026-11-23T14:00:00Z");
  EXPECT_EQ(add(c, "2026-11-23T15:00:00Z", "4h"), "2026-11-24T11:00:00Z");
  EXPECT_EQ(add(c, "2026-11-27T16:30:30Z", "1h"), "2026-11-30T09:30:30Z");  // over a weekend, with its seconds
  EXPECT_EQ(add(c, "2026-11-23T09:00:00Z", "8h"), "2026-11-23T17:00:00Z");  // ends with the day, not next morning
  EXPECT_EQ(add(c, "2026-11-23T09:00:00Z", "481m"), "2026-11-24T09:01:00Z");
  EXPECT_EQ(add(c, "2026-11-23T09:00:00Z", "80h"), "2026-12-04T17:00:00Z");
}

TEST(WorkCalendar, OutsideOfWorkTheClockStartsAtTheNextBeginning) {
  const WorkCalendar c;
  EXPECT_EQ(add(c, "2026-11-23T06:00:00Z", "30m"), "2026-11-23T09:30:00Z");
  EXPECT_EQ(add(c, "2026-11-23T17:00:00Z", "30m"), "2026-11-24T09:30:00Z");  // the end is outside
  EXPECT_EQ(add(c, "2026-11-23T16:59:59Z", "30m"), "2026-11-24T09:29:59Z");
  EXPECT_EQ(add(c, "2026-11-28T12:00:00Z", "1d"), "2026-12-01T09:00:00Z");  // Saturday: starts on Monday
  EXPECT_EQ(add(c, "2026-11-28T12:00:00Z", "0d"), "2026-11-30T09:00:00Z");
  EXPECT_EQ(add(c, "2026-11-23T12:00:00Z", "0h"), "2026-11-23T12:00:00Z");
}

TEST(WorkCalendar, DaysKeepTheTimeOnTheClock) {
  const WorkCalendar c = read("regions:\n  default:\n    holidays: [us]\n");
  EXPECT_EQ(add(c, "2026-11-23T15:00:00Z", "2d"), "2026-11-25T15:00:00Z");
  EXPECT_EQ(add(c, "2026-11-25T15:00:00Z", "2d"), "2026-11-30T15:00:00Z");  // Thanksgiving and a weekend between
  EXPECT_EQ(add(c, "2026-11-26T15:00:00Z", "1d"), "2026-11-30T09:00:00Z");  // starts on Friday morning
}

TEST(WorkCalendar, WhereADayHasOtherHoursTheTimeIsTheNearestEndBefore) {
  const WorkCalendar c = read(
      "regions:\n  default:\n    hours: {mon-wed: \"08:00-18:00\", thu: \"09:00-12:00, 13:00-16:00\", fri: "
      "\"10:00-14:00\"}\n");
  EXPECT_EQ(add(c, "2026-11-25T12:30:00Z", "1d"), "2026-11-26T12:00:00Z");  // in Thursday's break
  EXPECT_EQ(add(c, "2026-11-25T17:00:00Z", "1d"), "2026-11-26T16:00:00Z");
  EXPECT_EQ(add(c, "2026-11-26T15:00:00Z", "1d"), "2026-11-27T14:00:00Z");
  EXPECT_EQ(add(c, "2026-11-25T08:30:00Z", "2d"), "2026-11-27T10:00:00Z");  // before Friday begins
  EXPECT_EQ(add(c, "2026-11-26T11:30:00Z", "1h"), "2026-11-26T13:30:00Z");  // over the break
  EXPECT_EQ(c.end_of_work(kHere, day("2026-11-26")).iso(), "2026-11-26T16:00:00Z");
  EXPECT_EQ(c.end_of_work(kHere, day("2026-11-28")).iso(), "2026-11-30T18:00:00Z");
}

TEST(WorkCalendar, EachRegionHasItsOwnClock) {
  const WorkCalendar c = read(
      "regions:\n  default: {zone: Europe/London}\n  japan: {zone: Asia/Tokyo, holidays: jp}\n  new york: {zone: "
      "America/New_York}\n");
  const RegionId japan = *c.find("japan"), york = *c.find("new york");
  EXPECT_EQ(add(c, "2026-11-23T02:00:00Z", "1h", japan), "2026-11-24T01:00:00Z");  // a holiday there
  EXPECT_EQ(add(c, "2026-11-23T02:00:00Z", "1h", york), "2026-11-23T15:00:00Z");
  EXPECT_EQ(add(c, "2026-11-23T02:00:00Z", "1h"), "2026-11-23T10:00:00Z");
  EXPECT_EQ(c.holiday(japan, day("2026-11-23")), "勤労感謝の日");
  EXPECT_FALSE(c.find("Japan").has_value());
}

// London: 2026-03-29 01:00 -> 02:00, 2026-10-25 02:00 -> 01:00, both Sundays.
TEST(WorkCalendar, DaysOverAChangeOfTheClocks) {
  const WorkCalendar c = read("regions: {default: {zone: Europe/London}}\n");
  EXPECT_EQ(add(c, "2026-03-27T15:00:00Z", "1d"), "2026-03-30T14:00:00Z");
  EXPECT_EQ(add(c, "2026-10-23T14:00:00Z", "1d"), "2026-10-26T15:00:00Z");
  EXPECT_EQ(add(c, "2026-03-27T16:00:00Z", "2h"), "2026-03-30T09:00:00Z");
  EXPECT_EQ(c.working_minutes_between(kHere, at("2026-03-27T00:00:00Z"), at("2026-03-31T00:00:00Z")), 960);
}

TEST(WorkCalendar, WorkInWhichTheClocksChangeIsAnHourShorterOrLonger) {
  const WorkCalendar c = read("regions: {default: {zone: Europe/London, hours: {mon-sun: \"00:00-06:00\"}}}\n");
  const auto minutes = [&c](std::string_view d) {
    const auto work = c.work_of(kHere, day(d));
    return c.working_minutes_between(kHere, work.front().from, work.back().to);
  };
  EXPECT_EQ(minutes("2026-03-28"), 360);
  EXPECT_EQ(minutes("2026-03-29"), 300);
  EXPECT_EQ(minutes("2026-10-25"), 420);
  EXPECT_EQ(add(c, "2026-03-29T00:00:00Z", "2h"), "2026-03-29T02:00:00Z");  // shows 03:00
  EXPECT_EQ(add(c, "2026-10-24T23:30:00Z", "2h"), "2026-10-25T01:30:00Z");  // 00:30, then 01:30 for the second time
  EXPECT_EQ(add(c, "2026-03-28T01:30:00Z", "1d"), "2026-03-29T01:00:00Z");  // 01:30 is skipped: the moment after
  EXPECT_EQ(add(c, "2026-10-25T01:30:00Z", "1d"), "2026-10-26T01:30:00Z");  // from the second 01:30
  EXPECT_EQ(add(c, "2026-10-24T03:30:00Z", "1d"), "2026-10-25T04:30:00Z");  // 04:30, after the change
  EXPECT_EQ(add(c, "2026-10-25T04:30:00Z", "1d"), "2026-10-26T04:30:00Z");
  EXPECT_EQ(add(c, "2026-03-29T01:15:00Z", "1d"), "2026-03-30T01:15:00Z");  // shows 02:15, just after the gap
}

TEST(WorkCalendar, HoursThatAChangeSkipsAreNotThere) {
  const WorkCalendar c =
      read("regions: {default: {zone: Europe/London, hours: {mon-sun: [\"01:00-02:00\", \"05:00-06:00\"]}}}\n");
  EXPECT_EQ(c.work_of(kHere, day("2026-03-29")),
            (std::vector<WorkTime>{{at("2026-03-29T04:00:00Z"), at("2026-03-29T05:00:00Z")}}));
  EXPECT_EQ(add(c, "2026-03-28T05:30:00Z", "1h"), "2026-03-29T04:30:00Z");
}

TEST(WorkCalendar, WorkUpToMidnightAndDaysWithoutMidnight) {
  const WorkCalendar all = read("regions: {default: {zone: America/Sao_Paulo, hours: {mon-sun: \"00:00-24:00\"}}}\n");
  EXPECT_EQ(all.working_minutes_between(kHere, at("2018-11-03T03:00:00Z"), at("2018-11-05T02:00:00Z")), 47 * 60);
  EXPECT_EQ(add(all, "2018-11-04T02:59:00Z", "2m"), "2018-11-04T03:01:00Z");  // the day begins at 01:00
  EXPECT_EQ(add(all, "2018-11-04T05:00:00Z", "1d"), "2018-11-05T05:00:00Z");  // 03:00
  // Samoa left out a Friday.
  const WorkCalendar apia = read("regions: {default: {zone: Pacific/Apia}}\n");
  EXPECT_TRUE(apia.work_of(kHere, day("2011-12-30")).empty());
  EXPECT_EQ(apia.next_work(kHere, at("2011-12-30T10:00:00Z")).iso(), "2012-01-01T19:00:00Z");
}

TEST(WorkCalendar, MinutesBetween) {
  const WorkCalendar c;
  const auto between = [&c](std::string_view a, std::string_view b) {
    return c.working_minutes_between(kHere, at(a), at(b));
  };
  EXPECT_EQ(between("2026-11-23T08:00:00Z", "2026-11-23T10:30:00Z"), 90);
  EXPECT_EQ(between("2026-11-23T16:00:00Z", "2026-11-24T10:00:00Z"), 120);
  EXPECT_EQ(between("2026-11-23T10:00:00Z", "2026-11-23T10:00:59Z"), 0);
  EXPECT_EQ(between("2026-11-24T10:00:00Z", "2026-11-23T10:00:00Z"), 0);
  EXPECT_EQ(between("2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z"), 0);
  EXPECT_EQ(between("2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"), 5 * 480);
}

TEST(WorkCalendar, WorkingDays) {
  const WorkCalendar c = read("regions: {default: {holidays: {2026-11-26: Thanksgiving}}}\n");
  const auto move = [&c](std::string_view d, int n) { return c.add_working_days(kHere, day(d), n).iso(); };
  EXPECT_EQ(move("2026-11-25", 1), "2026-11-27");
  EXPECT_EQ(move("2026-11-25", 2), "2026-11-30");
  EXPECT_EQ(move("2026-11-30", -2), "2026-11-25");
  EXPECT_EQ(move("2026-11-26", 0), "2026-11-27");
  EXPECT_EQ(move("2026-11-25", 0), "2026-11-25");
  EXPECT_EQ(move("2026-11-28", 1), "2026-11-30");
  EXPECT_EQ(move("2026-11-28", -1), "2026-11-27");
}

TEST(WorkCalendar, TheEndOfAllDaysIsNoTrap) {
  const WorkCalendar c = read("regions: {default: {holidays: us}}\n");
  EXPECT_EQ(c.add_working_days(kHere, Day::kMax - 1, 10), Day::kMax);
  EXPECT_EQ(c.add_working_days(kHere, Day::kMin + 1, -10), Day::kMin);
  EXPECT_EQ(add(c, "9999-12-30T15:00:00Z", "40h"), "9999-12-31T00:00:00Z");
  EXPECT_EQ(c.end_of_work(kHere, Day::kMax).iso(), "9999-12-31T00:00:00Z");
}

// Years that were made ahead and years made when asked for say the same.
TEST(WorkCalendar, HolidaysOfNearAndFarYears) {
  const WorkCalendar c = read("regions: {default: {holidays: [us, {12-24: office closed}]}}\n");
  for (const int year : {1600, 1970, 2014, 2015, 2030, 2045, 2046, 2400, 9000}) {
    HolidayList all;
    for (const ShippedList& one : shipped_lists()) {
      if (one.name == "us") all = *read_holiday_file(one.yaml, "us");
    }
    int found = 0;
    for (Day d = Day::of(year, 1, 1); d <= Day::of(year, 12, 31); ++d) found += c.is_holiday(kHere, d) ? 1 : 0;
    size_t expected = all.in_year(year).size() + 1;
    for (const Holiday& holiday : all.in_year(year)) expected -= holiday.day == Day::of(year, 12, 24) ? 1 : 0;
    EXPECT_EQ(static_cast<size_t>(found), expected) << year;
    EXPECT_EQ(c.holiday(kHere, Day::of(year, 12, 24)), "office closed");
    EXPECT_EQ(c.holiday(kHere, Day::of(year, 7, 4)), "Independence Day");
    EXPECT_EQ(c.holiday(kHere, Day::of(year, 7, 8)), std::nullopt);
  }
}

TEST(WorkCalendar, AHolidayThatOneRegionWorksOn) {
  const WorkCalendar c = read("regions: {default: {holidays: us, without: [Columbus Day, Veterans Day]}}\n");
  EXPECT_TRUE(c.works(kHere, day("2026-10-12")));
  EXPECT_TRUE(c.works(kHere, day("2026-11-11")));
  EXPECT_TRUE(c.works(kHere, day("2028-11-10")));  // where Veterans Day would be observed
  EXPECT_FALSE(c.works(kHere, day("2026-11-26")));
}

TEST(WorkCalendar, QuietPeriods) {
  const WorkCalendar c = read(
      "regions:\n  default: {}\n  france: {}\nquiet:\n"
      "  - {name: freeze, from: 2026-12-18, to: 2026-12-19, segments: [bank]}\n"
      "  - {name: August, from: 08-01, to: 08-16, regions: [france]}\n"
      "  - {name: turn of the year, from: 12-19, to: 01-03}\n");
  const RegionId france = *c.find("france");
  const auto quiet = [&c](RegionId region, std::string_view segment, std::string_view d) {
    const auto found = c.quiet(region, segment, day(d));
    return found ? found->period->name + " " + found->days.first.iso() + ".." + found->days.last.iso() : "none";
  };
  EXPECT_EQ(quiet(kHere, "bank", "2026-12-18"), "freeze 2026-12-18..2026-12-19");
  EXPECT_EQ(quiet(kHere, "bank", "2026-12-19"), "freeze 2026-12-18..2026-12-19");  // the first of the file
  EXPECT_EQ(quiet(kHere, "smb", "2026-12-18"), "none");
  EXPECT_EQ(quiet(kHere, "", "2026-12-18"), "none");
  EXPECT_EQ(quiet(kHere, "", "2026-12-19"), "turn of the year 2026-12-19..2027-01-03");
  EXPECT_EQ(quiet(kHere, "bank", "2030-01-03"), "turn of the year 2029-12-19..2030-01-03");
  EXPECT_EQ(quiet(kHere, "bank", "2030-01-04"), "none");
  EXPECT_EQ(quiet(france, "smb", "2026-08-16"), "August 2026-08-01..2026-08-16");
  EXPECT_EQ(quiet(kHere, "smb", "2026-08-10"), "none");
  EXPECT_EQ(c.quiet_periods()[1].place.line, 7);
}

}  // namespace
}  // namespace kenko::calendar
