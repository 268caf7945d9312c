// The offsets of days are those of the zone, also on days when the clocks change.
#include <gtest/gtest.h>

#include <vector>

#include "mapping/cells.h"

namespace kenko::mapping {
namespace {

TEST(DayOffsets, AgreeWithTheZoneOnEveryHour) {
  DayOffsets days;
  std::vector<TimeZone> zones;
  for (const char* name : {"UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"}) {
    zones.push_back(*TimeZone::find(name));
  }
  for (const TimeZone& zone : zones) {
    for (Day day = Day::of(2017, 1, 1); day < Day::of(2019, 1, 1); ++day) {
      for (int64_t quarter = 0; quarter < 96; quarter += 3) {
        const LocalTime local{day, quarter * 15 * 60 * 1'000'000 + 123, 0, false};
        ASSERT_EQ(days.instant_of(zone, local), zone.instant_of(local))
            << zone.name() << " " << day.iso() << " " << quarter;
      }
    }
  }
  const TimeZone utc;
  EXPECT_EQ(days.instant_of(utc, {Day::kMax, 1, 0, false}), utc.instant_of({Day::kMax, 1, 0, false}));
  EXPECT_EQ(days.instant_of(utc, {Day::kMax, 1, 3600, true}), utc.instant_of({Day::kMax, 1, 3600, true}));
}

}  // namespace
}  // namespace kenko::mapping
