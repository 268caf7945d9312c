#include "calendar/day_rule.h"

#include <gtest/gtest.h>

#include <map>

namespace kenko::calendar {
namespace {

// "2026-12-24", or "first..last" where it is several days, or "none".
std::string in_year(std::string_view text, int year) {
  std::string fault;
  const auto rule = DayRule::parse(text, fault);
  if (!rule) return "no rule: " + fault;
  const auto spell = rule->begun_in(year);
  if (!spell) return "none";
  return spell->first == spell->last ? spell->first.iso() : spell->first.iso() + ".." + spell->last.iso();
}

std::string fault_of(std::string_view text) {
  std::string fault;
  return DayRule::parse(text, fault) ? "a rule" : fault;
}

TEST(DayRule, DatesComeOnce) {
  EXPECT_EQ(in_year("2026-12-24", 2026), "2026-12-24");
  EXPECT_EQ(in_year("2026-12-24", 2025), "none");
  EXPECT_EQ(in_year("2026-12-24..2027-01-02", 2026), "2026-12-24..2027-01-02");
  EXPECT_EQ(in_year("2026-12-24..2027-01-02", 2027), "none");
  EXPECT_EQ(in_year("2027-01-01..2028-01-01", 2027), "2027-01-01..2028-01-01");  // 366 days
}

TEST(DayRule, DaysWithoutAYearComeEveryYear) {
  EXPECT_EQ(in_year("12-25", 1), "0001-12-25");
  EXPECT_EQ(in_year("12-25", 9999), "9999-12-25");
  EXPECT_EQ(in_year("08-01..08-16", 2031), "2031-08-01..2031-08-16");
  EXPECT_EQ(in_year("12-24..01-02", 2026), "2026-12-24..2027-01-02");
  EXPECT_EQ(in_year("12-24..01-02", 9999), "9999-12-24..9999-12-31");
}

TEST(DayRule, TheLeapDay) {
  EXPECT_EQ(in_year("02-29", 2028), "2028-02-29");
  EXPECT_EQ(in_year("02-29", 2027), "none");
  EXPECT_EQ(in_year("02-29", 2100), "none");
  EXPECT_EQ(in_year("02-29..03-02", 2027), "2027-03-01..2027-03-02");
  EXPECT_EQ(in_year("02-27..02-29", 2027), "2027-02-27..2027-02-28");
  EXPECT_EQ(in_year("02-27..02-29", 2028), "2028-02-27..2028-02-29");
}

TEST(DayRule, WeekdaysOfAMonth) {
  EXPECT_EQ(in_year("third monday of january", 2026), "2026-01-19");
  EXPECT_EQ(in_year("first monday of june", 2026), "2026-06-01");
  EXPECT_EQ(in_year("fourth thursday of november", 2026), "2026-11-26");
  EXPECT_EQ(in_year("last monday of may", 2026), "2026-05-25");
  EXPECT_EQ(in_year("last Mon of Aug", 2026), "2026-08-31");
  EXPECT_EQ(in_year("last thursday of december", 2026), "2026-12-31");
  EXPECT_EQ(in_year("last sunday of february", 2032), "2032-02-29");
  EXPECT_EQ(in_year("second  tue  of  february", 2027), "2027-02-09");
}

// Dates of the Western Easter that are the earliest, the latest, the exceptions of the rule, and far ones.
TEST(DayRule, Easter) {
  const std::map<int, std::string> known = {
      {1818, "1818-03-22"}, {1943, "1943-04-25"}, {1954, "1954-04-18"}, {1961, "1961-04-02"}, {1981, "1981-04-19"},
      {2000, "2000-04-23"}, {2016, "2016-03-27"}, {2024, "2024-03-31"}, {2025, "2025-04-20"}, {2026, "2026-04-05"},
      {2038, "2038-04-25"}, {2049, "2049-04-18"}, {2076, "2076-04-19"}, {2285, "2285-03-22"}, {4200, "4200-04-20"}};
  for (const auto& [year, day] : known) EXPECT_EQ(easter(year).iso(), day);
  for (int year = 1; year <= 9999; ++year) {
    ASSERT_EQ(easter(year).weekday(), 6) << year;
    ASSERT_GE(easter(year), Day::of(year, 3, 22));
    ASSERT_LE(easter(year), Day::of(year, 4, 25));
  }
  EXPECT_EQ(in_year("easter", 2026), "2026-04-05");
  EXPECT_EQ(in_year("easter-2", 2026), "2026-04-03");
  EXPECT_EQ(in_year("easter+39", 2026), "2026-05-14");
}

// As the cabinet of Japan announced them, and the odd ones to come.
TEST(DayRule, EquinoxesOfJapan) {
  const std::map<int, std::pair<std::string, std::string>> known = {
      {1980, {"1980-03-20", "1980-09-23"}}, {2012, {"2012-03-20", "2012-09-22"}}, {2023, {"2023-03-21", "2023-09-23"}},
      {2024, {"2024-03-20", "2024-09-22"}}, {2025, {"2025-03-20", "2025-09-23"}}, {2026, {"2026-03-20", "2026-09-23"}},
      {2092, {"2092-03-19", "2092-09-22"}}, {2100, {"2100-03-20", "2100-09-23"}}};
  for (const auto& [year, days] : known) {
    EXPECT_EQ(in_year("spring-equinox", year), days.first);
    EXPECT_EQ(in_year("autumn-equinox", year), days.second);
  }
  EXPECT_EQ(in_year("spring-equinox", 1979), "none");
  EXPECT_EQ(in_year("autumn-equinox", 2151), "none");
}

TEST(DayRule, NoRuleIsMadeOfAnythingElse) {
  for (const char* text :
       {"", "us", "12-32", "13-01", "2027-02-29", "2026-1-1", "12-24..", "..12-24", "12-24..2026-12-31", "easter1",
        "easter+", "easter+x", "easters", "monday of may", "first monday in may", "summer"}) {
    EXPECT_EQ(fault_of(text), "") << text;
  }
  EXPECT_EQ(fault_of("2026-12-31..2026-12-24"), "it ends before it begins");
  EXPECT_EQ(fault_of("2026-01-01..2027-01-02"), "it is longer than a year");
  EXPECT_EQ(fault_of("easter+101"), "it is more than 100 days from Easter");
  EXPECT_EQ(fault_of("fifth monday of may"), "`fifth` is not first, second, third, fourth or last");
  EXPECT_EQ(fault_of("first moonday of may"), "`moonday` is no weekday");
  EXPECT_EQ(fault_of("first monday of mai"), "`mai` is no month");
}

TEST(DayRange, WhatLiesAround) {
  DayRange::Fault fault{};
  const auto new_year = DayRange::parse("12-20", "01-03", fault);
  EXPECT_EQ(new_year->around(*Day::parse("2026-12-19")), std::nullopt);
  const Spell spell{*Day::parse("2026-12-20"), *Day::parse("2027-01-03")};
  for (const char* day : {"2026-12-20", "2026-12-31", "2027-01-01", "2027-01-03"}) {
    EXPECT_EQ(new_year->around(*Day::parse(day)), spell) << day;
  }
  EXPECT_EQ(new_year->around(*Day::parse("2027-01-04")), std::nullopt);
  EXPECT_EQ(new_year->around(Day::kMin), std::nullopt);  // no year 0 begins it
  EXPECT_NE(new_year->around(Day::kMax), std::nullopt);
}

}  // namespace
}  // namespace kenko::calendar
