#include "app/clock.h"

#include <gtest/gtest.h>

namespace kenko::app {
namespace {

TEST(Clock, ADayClosesAtCloseAtOfTheNextDayInTheZone) {
  facts::Settings settings;
  settings.time_zone = *TimeZone::find("Asia/Tokyo");
  const Day day = Day::of(2026, 3, 8);
  EXPECT_EQ(close_of(day, settings), *Instant::parse("2026-03-08T21:00:00Z"));  // 06:00 on the 9th in Tokyo
  EXPECT_EQ(last_closed_day(*Instant::parse("2026-03-08T21:00:00Z"), settings), day);
  EXPECT_EQ(last_closed_day(*Instant::parse("2026-03-08T20:59:59.999999Z"), settings), day - 1);
}

TEST(Clock, NoDayAfterTheNewestFact) {
  const facts::Settings settings;
  const Instant now = *Instant::parse("2026-03-08T12:00:00Z");
  EXPECT_EQ(default_as_of(now, settings, std::nullopt), Day::of(2026, 3, 7));
  EXPECT_EQ(default_as_of(now, settings, Day::of(2026, 2, 1)), Day::of(2026, 2, 1));
  EXPECT_EQ(default_as_of(now, settings, Day::of(2026, 3, 8)), Day::of(2026, 3, 7));
}

}  // namespace
}  // namespace kenko::app
