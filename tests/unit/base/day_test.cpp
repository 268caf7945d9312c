#include "base/day.h"

#include <gtest/gtest.h>

#include "base/time_zone.h"

namespace kenko {
namespace {

TEST(Day, ParsesOnlyRealIsoDates) {
  EXPECT_EQ(Day::parse("1970-01-01")->number, 0);
  EXPECT_EQ(Day::parse("2024-02-29")->iso(), "2024-02-29");
  EXPECT_FALSE(Day::parse("2025-02-29"));
  EXPECT_FALSE(Day::parse("2025-2-9"));
  EXPECT_FALSE(Day::parse("2025-02-09 "));
  EXPECT_EQ(Day::parse("2026-11-20")->words(), "Fri 20 Nov 2026");
  EXPECT_EQ(Day::kMin.iso(), "0001-01-01");
  EXPECT_EQ(Day::kMax.iso(), "9999-12-31");
}

TEST(Instant, ReadsOffsetsAndFractions) {
  EXPECT_EQ(Instant::parse("1970-01-01T00:00:01Z")->micros, 1'000'000);
  EXPECT_EQ(Instant::parse("1970-01-01T09:00:00+09:00")->micros, 0);
  EXPECT_EQ(Instant::parse("1970-01-01 00:00:00.25-00:30")->micros, 1'800'250'000);
  EXPECT_FALSE(Instant::parse("1970-01-01T00:00:00"));
  EXPECT_FALSE(Instant::parse("1970-01-01T25:00:00Z"));
  EXPECT_EQ(Instant::parse("2026-03-08T23:59:59.120Z")->iso(), "2026-03-08T23:59:59.12Z");
  EXPECT_EQ(Instant{-1}.iso(), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeZone, DayEdgesFollowTheZone) {
  const auto london = TimeZone::find("Europe/London");
  ASSERT_TRUE(london);
  EXPECT_EQ(london->day_of(*Instant::parse("2026-06-30T23:30:00Z")).iso(), "2026-07-01");
  EXPECT_EQ(london->start_of(*Day::parse("2026-07-01")).iso(), "2026-06-30T23:00:00Z");
  // 2026-03-29 01:30 does not exist in London: it becomes the end of the gap.
  EXPECT_EQ(london->instant_of(*parse_local_iso("2026-03-29 01:30")).iso(), "2026-03-29T01:00:00Z");
  // 2026-10-25 01:30 comes twice: the first.
  EXPECT_EQ(london->instant_of(*parse_local_iso("2026-10-25 01:30")).iso(), "2026-10-25T00:30:00Z");
  EXPECT_FALSE(TimeZone::find("Europe/Atlantis"));
  EXPECT_EQ(TimeZone().day_of(Instant{-1}).iso(), "1969-12-31");
}

}  // namespace
}  // namespace kenko
