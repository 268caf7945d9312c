#include "calendar/read_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/shipped_lists.h"

namespace kenko::calendar {
namespace {

Result<WorkCalendar> read(const std::string& yaml) {
  return read_calendar("kenko: 1\n" + yaml, "calendar.yaml", *TimeZone::find("Asia/Tokyo"), shipped_lists());
}

// The problems, as they are printed.
std::string problems(const std::string& yaml) {
  const auto calendar = read(yaml);
  return calendar.ok() ? "none" : to_text(calendar.problems());
}

std::string in_default(const std::string& keys) { return problems("regions: {default: {" + keys + "}}\n"); }

TEST(ReadCalendar, WhatIsNotSaidComesFromTheDefaultRegionAndTheWorkspace) {
  const auto empty = read("");
  ASSERT_TRUE(empty.ok()) << to_text(empty.problems());
  EXPECT_EQ(empty->region_names(), (std::vector<std::string>{"default"}));
  EXPECT_EQ(empty->region({}).zone.name(), "Asia/Tokyo");
  EXPECT_EQ(empty->region({}).hours, office_hours());

  const auto two = read(
      "regions:\n  us: {zone: America/New_York}\n  default: {hours: {sat-mon: \"10:00-12:00\"}, holidays: jp}\n  "
      "jp:\n");
  ASSERT_FALSE(two.ok());  // an empty region is no map: said, not guessed
  const auto three =
      read("regions:\n  us: {zone: America/New_York}\n  default: {hours: {sat-mon: \"10:00-12:00\"}, holidays: jp}\n");
  ASSERT_TRUE(three.ok()) << to_text(three.problems());
  EXPECT_EQ(three->region_names(), (std::vector<std::string>{"default", "us"}));
  const Region& us = three->region(*three->find("us"));
  EXPECT_EQ(us.zone.name(), "America/New_York");
  EXPECT_EQ(us.hours, three->region({}).hours);
  EXPECT_TRUE(us.holidays.empty());  // another country's holidays are not inherited
  EXPECT_EQ(us.hours[5].size(), 1u);
  EXPECT_EQ(us.hours[6].size(), 1u);
  EXPECT_EQ(us.hours[0].size(), 1u);
  EXPECT_TRUE(us.hours[1].empty());
}

TEST(ReadCalendar, ListsOfItsOwn) {
  const auto calendar = read(
      "lists:\n  ours: {observed: next, days: {05-09: founding day}}\n  us: {days: {07-04: the only one}}\n"
      "regions:\n  default: {holidays: [ours, us, {2026-12-24: office closed, 12-31: New Year's Eve}]}\n");
  ASSERT_TRUE(calendar.ok()) << to_text(calendar.problems());
  const auto name = [&calendar](std::string_view d) { return calendar->holiday({}, *Day::parse(d)).value_or("none"); };
  EXPECT_EQ(name("2026-05-09"), "founding day");
  EXPECT_EQ(name("2026-05-11"), "founding day (observed)");  // a Saturday's
  EXPECT_EQ(name("2026-07-04"), "the only one");
  EXPECT_EQ(name("2026-11-26"), "none");
  EXPECT_EQ(name("2026-12-24"), "office closed");
  EXPECT_EQ(name("2027-12-24"), "none");
  EXPECT_EQ(name("2027-12-31"), "New Year's Eve");
}

TEST(ReadCalendar, EachMistakeHasItsPlaceAndHint) {
  EXPECT_EQ(problems("regions:\n  uk:\n    holidays: [ukk]\n"),
            "calendar.yaml:4:16: error: there is no list of holidays `ukk` [unknown-holidays]\n"
            "        holidays: [ukk]\n                   ^\n    hint: did you mean `uk`?\n");
  EXPECT_THAT(in_default("zone: Europe/Londn"), testing::HasSubstr("did you mean `Europe/London`?"));
  EXPECT_THAT(in_default("holiday: us"), testing::HasSubstr("did you mean `holidays`?"));
  EXPECT_THAT(in_default("holidays: [12-25]"), testing::HasSubstr("write {12-25: office closed}"));
  EXPECT_THAT(in_default("holidays: {12-35: x}"), testing::HasSubstr("`12-35` does not say which day"));
  EXPECT_THAT(in_default("holidays: [[us]]"), testing::HasSubstr("not a list"));
  EXPECT_THAT(in_default("holidays: us, without: [Labour Day]"), testing::HasSubstr("did you mean `Labor Day`?"));
  EXPECT_THAT(in_default("hours: \"09:00-17:00\""), testing::HasSubstr("write hours: {mon-fri"));
  EXPECT_THAT(in_default("hours: {mon-fry: \"09:00-17:00\"}"), testing::HasSubstr("`mon-fry` is no weekday"));
  EXPECT_THAT(in_default("hours: {mon: 9-17}"), testing::HasSubstr("`9-17` does not say from when to when"));
  EXPECT_THAT(in_default("hours: {mon: \"22:00-06:00\"}"), testing::HasSubstr("22:00-24:00 and 00:00-06:00"));
  EXPECT_THAT(in_default("hours: {mon: \"09:00-24:01\"}"), testing::HasSubstr("bad-hours"));
  EXPECT_THAT(in_default("hours: {mon: \"09:00-12:00, 11:00-13:00\"}"),
              testing::HasSubstr("begins before the hours in front"));
  EXPECT_THAT(in_default("hours: {mon-wed: \"09:00-12:00\", tue: \"13:00-14:00\"}"),
              testing::HasSubstr("each weekday has its hours once"));
  EXPECT_THAT(problems("kenkoo: 2\n"), testing::HasSubstr("unknown-key"));
}

TEST(ReadCalendar, PeriodsThatAreNone) {
  const auto quiet = [](const std::string& keys) { return problems("quiet:\n  - {name: x, " + keys + "}\n"); };
  EXPECT_EQ(quiet("from: 12-20, to: 01-03"), "none");
  EXPECT_THAT(quiet("from: 2026-12-20, to: 2026-12-19"), testing::HasSubstr("before it begins on 2026-12-20"));
  EXPECT_THAT(quiet("from: 2026-12-20, to: 2027-12-21"), testing::HasSubstr("longer than a year"));
  EXPECT_THAT(quiet("from: 2026-12-20, to: 01-03"), testing::HasSubstr("must both have a year or both have none"));
  EXPECT_THAT(quiet("from: December, to: 01-03"), testing::HasSubstr("`December` is no day"));
  EXPECT_THAT(quiet("from: 12-20, to: soon"), testing::HasSubstr("`soon` is no day"));
  EXPECT_THAT(quiet("from: 12-20"), testing::HasSubstr("needs the key `to`"));
  EXPECT_THAT(quiet("from: 12-20, to: 12-21, regions: [defolt]"), testing::HasSubstr("did you mean `default`?"));
}

TEST(ReadCalendar, ARegionNeedsAWorkingDay) {
  EXPECT_THAT(in_default("hours: {}"), testing::HasSubstr("no-working-day"));
  EXPECT_THAT(in_default("holidays: {01-01..12-31: never}"),
              testing::HasSubstr("region `default` has no working day in 2020"));
  EXPECT_THAT(in_default("holidays: {2031-01-01..2031-12-31: sabbatical}"),
              testing::HasSubstr("no working day in 2031"));
  EXPECT_THAT(in_default("holidays: {01-02..12-31: nearly never}"),
              testing::StartsWith("calendar.yaml:2:11: error: region `default` has no working day in 2022"));
}

TEST(ReadCalendar, AllProblemsAtOnceAndAShippedListWithMistakesOnce) {
  const std::vector<ShippedList> broken = {{"bad", "kenko: 1\ndays: {13-01: x}\n"}};
  const auto calendar = read_calendar("regions:\n  a: {zone: X, holidays: bad}\n  b: {holidays: bad}\nquiet: 3\n",
                                      "c.yaml", TimeZone(), broken);
  ASSERT_FALSE(calendar.ok());
  std::vector<std::string> codes;
  for (const Problem& problem : calendar.problems()) codes.push_back(problem.code);
  EXPECT_THAT(codes, testing::UnorderedElementsAre("missing-key", "unknown-time-zone", "bad-holiday", "wrong-type"));
  EXPECT_FALSE(read_calendar("", "c.yaml", TimeZone(), {}).ok());
  EXPECT_FALSE(read_calendar("- a\n", "c.yaml", TimeZone(), {}).ok());
  EXPECT_FALSE(read_calendar("kenko: 2\n", "c.yaml", TimeZone(), {}).ok());
}

}  // namespace
}  // namespace kenko::calendar
