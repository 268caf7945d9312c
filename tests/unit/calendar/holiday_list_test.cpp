#include "calendar/holiday_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "calendar/shipped_lists.h"

namespace kenko::calendar {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;

HolidayList list_of(std::string_view yaml) {
  auto list = read_holiday_file("kenko: 1\n" + std::string(yaml), "list.yaml");
  EXPECT_TRUE(list.ok()) << to_text(list.problems());
  return list.ok() ? *list : HolidayList{};
}

std::vector<std::string> days(const HolidayList& list, int year) {
  std::vector<std::string> out;
  for (const Holiday& holiday : list.in_year(year)) out.push_back(holiday.day.iso().substr(5) + " " + holiday.name);
  return out;
}

HolidayList shipped(const std::string& name) {
  for (const ShippedList& one : shipped_lists()) {
    if (one.name == name) return *read_holiday_file(one.yaml, name);
  }
  ADD_FAILURE() << name << " is not shipped";
  return {};
}

// Dates alone, "MM-DD".
std::vector<std::string> dates(const std::string& name, int year) {
  std::vector<std::string> out;
  for (const Holiday& holiday : shipped(name).in_year(year)) out.push_back(holiday.day.iso().substr(5));
  return out;
}

TEST(HolidayList, ADayThatTwoLinesNameIsThatOfTheFirst) {
  const HolidayList list = list_of("days: {12-24..12-26: shut, 12-25: Christmas, 2026-12-31: stocktaking}");
  EXPECT_THAT(days(list, 2026), ElementsAre("12-24 shut", "12-25 shut", "12-26 shut", "12-31 stocktaking"));
  EXPECT_THAT(days(list, 2027), ElementsAre("12-24 shut", "12-25 shut", "12-26 shut"));
}

// 2027-12-25 is a Saturday, 2022-12-25 a Sunday.
TEST(HolidayList, WhatAWeekendDoesToAHoliday) {
  const std::string lines = "days: {12-25: Christmas, 12-26: Boxing Day}";
  EXPECT_THAT(days(list_of(lines), 2027), ElementsAre("12-25 Christmas", "12-26 Boxing Day"));
  EXPECT_THAT(
      days(list_of("observed: nearest\n" + lines), 2027),
      ElementsAre("12-24 Christmas (observed)", "12-25 Christmas", "12-26 Boxing Day", "12-27 Boxing Day (observed)"));
  EXPECT_THAT(
      days(list_of("observed: next\n" + lines), 2027),
      ElementsAre("12-25 Christmas", "12-26 Boxing Day", "12-27 Christmas (observed)", "12-28 Boxing Day (observed)"));
  EXPECT_THAT(days(list_of("observed: next\n" + lines), 2022),
              ElementsAre("12-25 Christmas", "12-26 Boxing Day", "12-27 Christmas (observed)"));
  EXPECT_THAT(days(list_of("observed: after-sunday\n" + lines), 2027),
              ElementsAre("12-25 Christmas", "12-26 Boxing Day", "12-27 Boxing Day (observed)"));
}

TEST(HolidayList, WhatMovesOverNewYearBelongsToTheYearItMovesInto) {
  const HolidayList list = list_of("observed: nearest\ndays: {01-01: New Year}");
  EXPECT_THAT(days(list, 2021),
              ElementsAre("01-01 New Year", "12-31 New Year (observed)"));  // 2022-01-01 is a Saturday
  EXPECT_THAT(days(list, 2022), ElementsAre("01-01 New Year"));
  EXPECT_THAT(days(list_of("days: {12-30..01-02: shut}"), 2026),
              ElementsAre("01-01 shut", "01-02 shut", "12-30 shut", "12-31 shut"));
}

TEST(HolidayList, ADayBetweenTwoHolidays) {
  EXPECT_THAT(days(list_of("bridge: true\ndays: {05-03: a, 05-05: b, 05-08: c}"), 2023),
              ElementsAre("05-03 a", "05-04 between two holidays", "05-05 b", "05-08 c"));
}

TEST(HolidayList, AllProblemsAtOnce) {
  const auto list =
      read_holiday_file("observed: maybe\ndays:\n  12-32: x\n  12-25: {a: b}\n  easter+900: y\nfoo: 1\n", "l.yaml");
  ASSERT_FALSE(list.ok());
  std::vector<std::string> codes;
  for (const Problem& problem : list.problems()) codes.push_back(problem.code);
  EXPECT_THAT(codes, testing::UnorderedElementsAre("missing-key", "unknown-word", "bad-holiday", "wrong-type",
                                                   "bad-holiday", "unknown-key"));
  EXPECT_FALSE(read_holiday_file("kenko: 1\n", "l.yaml").ok());
  EXPECT_FALSE(read_holiday_file("kenko: 1\ndays: [12-25]\n", "l.yaml").ok());
  EXPECT_FALSE(read_holiday_file("", "l.yaml").ok());
}

// As the governments announced them.
TEST(ShippedLists, UnitedStates) {
  EXPECT_THAT(dates("us", 2026), ElementsAre("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04", "09-07",
                                             "10-12", "11-11", "11-26", "12-25"));
  EXPECT_THAT(dates("us", 2027), ElementsAre("01-01", "01-18", "02-15", "05-31", "06-18", "06-19", "07-04", "07-05",
                                             "09-06", "10-11", "11-11", "11-25", "12-24", "12-25", "12-31"));
}

TEST(ShippedLists, EnglandAndWales) {
  EXPECT_THAT(dates("uk", 2026),
              ElementsAre("01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-26", "12-28"));
  EXPECT_THAT(dates("uk", 2027),
              ElementsAre("01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-25", "12-26", "12-27", "12-28"));
}

TEST(ShippedLists, Germany) {
  EXPECT_THAT(dates("de", 2026),
              ElementsAre("01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"));
}

TEST(ShippedLists, France) {
  EXPECT_THAT(dates("fr", 2026), ElementsAre("01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15",
                                             "11-01", "11-11", "12-25"));
}

TEST(ShippedLists, Japan) {
  EXPECT_THAT(dates("jp", 2024), ElementsAre("01-01", "01-08", "02-11", "02-12", "02-23", "03-20", "04-29", "05-03",
                                             "05-04", "05-05", "05-06", "07-15", "08-11", "08-12", "09-16", "09-22",
                                             "09-23", "10-14", "11-03", "11-04", "11-23"));
  EXPECT_THAT(dates("jp", 2025),
              ElementsAre("01-01", "01-13", "02-11", "02-23", "02-24", "03-20", "04-29", "05-03", "05-04", "05-05",
                          "05-06", "07-21", "08-11", "09-15", "09-23", "10-13", "11-03", "11-23", "11-24"));
  EXPECT_THAT(dates("jp", 2026), IsSupersetOf({"05-06", "09-21", "09-22", "09-23"}));  // between two holidays
}

TEST(ShippedLists, EveryFileReadsAndSaysWhatItIs) {
  ASSERT_GE(shipped_lists().size(), 5u);
  for (const ShippedList& one : shipped_lists()) {
    const auto list = read_holiday_file(one.yaml, one.name);
    ASSERT_TRUE(list.ok()) << to_text(list.problems());
    EXPECT_FALSE(list->about.empty()) << one.name;
    for (const int year : {1, 1583, 2026, 2150, 9999}) {
      const auto found = list->in_year(year);
      EXPECT_GE(found.size(), 8u) << one.name << " " << year;
      EXPECT_TRUE(
          std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.day < b.day; }));
    }
  }
}

}  // namespace
}  // namespace kenko::calendar
