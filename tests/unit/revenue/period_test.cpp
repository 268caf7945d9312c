#include "revenue/period.h"

#include <gtest/gtest.h>

namespace kenko::revenue {
namespace {

facts::Settings from(int month, int day) {
  facts::Settings s;
  s.fiscal_month = month;
  s.fiscal_day = day;
  return s;
}

TEST(Periods, BeginOnTheFiscalDay) {
  const facts::Settings april = from(4, 1);
  EXPECT_EQ(period_start(april, Grain::year, Day::of(2026, 3, 31)), Day::of(2025, 4, 1));
  EXPECT_EQ(period_start(april, Grain::year, Day::of(2026, 4, 1)), Day::of(2026, 4, 1));
  EXPECT_EQ(period_start(april, Grain::quarter, Day::of(2026, 3, 31)), Day::of(2026, 1, 1));
  EXPECT_EQ(period_start(april, Grain::month, Day::of(2026, 2, 28)), Day::of(2026, 2, 1));
  const facts::Settings middle = from(2, 15);
  EXPECT_EQ(period_start(middle, Grain::month, Day::of(2026, 1, 14)), Day::of(2025, 12, 15));
  EXPECT_EQ(period_start(middle, Grain::month, Day::of(2026, 1, 15)), Day::of(2026, 1, 15));
  EXPECT_EQ(period_start(middle, Grain::quarter, Day::of(2026, 2, 14)), Day::of(2025, 11, 15));
  EXPECT_EQ(period_start(middle, Grain::year, Day::of(2026, 2, 14)), Day::of(2025, 2, 15));
}

// Every day of four years lies in exactly one period of each grain, and the periods follow each other without a gap.
TEST(Periods, FollowEachOther) {
  for (const auto& [month, day] : {std::pair(1, 1), std::pair(7, 28), std::pair(12, 31 - 3), std::pair(2, 15)}) {
    const facts::Settings s = from(month, day);
    for (const Grain grain : {Grain::month, Grain::quarter, Grain::year}) {
      Day start = period_start(s, grain, Day::of(2023, 1, 1));
      for (Day d = Day::of(2023, 1, 1); d < Day::of(2027, 1, 1); ++d) {
        const Day found = period_start(s, grain, d);
        ASSERT_LE(found, d);
        if (found != start) {
          ASSERT_EQ(found, d) << "a period that begins between two days";
          start = found;
        }
      }
    }
  }
}

TEST(Periods, AreNamedAndCut) {
  const auto quarters = periods_until(from(4, 1), Grain::quarter, Day::of(2025, 3, 1), Day::of(2026, 2, 10), 8);
  ASSERT_EQ(quarters.size(), 4U);
  EXPECT_EQ(quarters[0].name, "Q1");
  EXPECT_EQ(quarters[0].from, Day::of(2025, 4, 1));
  EXPECT_EQ(quarters[0].opening(), Day::of(2025, 3, 31));
  EXPECT_FALSE(quarters[0].cut);
  EXPECT_EQ(quarters[3].name, "Q4");
  EXPECT_EQ(quarters[3].to, Day::of(2026, 2, 10));
  EXPECT_TRUE(quarters[3].cut);
  for (size_t i = 1; i < quarters.size(); ++i) EXPECT_EQ(quarters[i].opening(), quarters[i - 1].closing());
  EXPECT_EQ(periods_until(from(4, 1), Grain::quarter, Day::of(2020, 1, 1), Day::of(2026, 2, 10), 2).size(), 2U);
}

}  // namespace
}  // namespace kenko::revenue
