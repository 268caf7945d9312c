#include "revenue/at_risk.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "revenue/forecast.h"

namespace kenko::revenue {
namespace {

const std::vector<std::string> kBands{"red", "green"};

// Of `count` accounts of a band with `amount` each, every `each`-th left; 0 = none did.
void add(std::vector<Exposure>& past, int16_t band, int count, int64_t amount, int each) {
  for (int i = 0; i < count; ++i) {
    const auto account = static_cast<uint32_t>(past.size());
    past.push_back({account, account, band, amount, each > 0 && i % each == 0});
  }
}

TEST(AtRisk, FollowsTheRatesOfTheBands) {
  std::vector<Exposure> past;
  add(past, 0, 100, 10, 2);   // half of it left
  add(past, 1, 400, 50, 40);  // a fortieth
  const std::vector<Holding> today{{0, 0, 1000}, {1, 1, 9000}};
  const AtRisk r = at_risk(past, today, {2, 700, 600}, kBands, {});
  ASSERT_EQ(r.lines.size(), 3U);
  EXPECT_EQ(r.leavers, 60);
  EXPECT_EQ(r.lines[0].leavers, 50);
  EXPECT_DOUBLE_EQ(*r.lines[0].rate.value, 0.5);
  EXPECT_DOUBLE_EQ(*r.lines[1].rate.value, 0.025);
  // One more account of 10, of 50, that loses as all do: (500 + 500) / (1000 + 20000).
  const double all = 1000.0 / 21'000;
  const double red = (500 + 10 * all) / 1010, green = (500 + 50 * all) / 20'050;
  EXPECT_NEAR(*r.lines[0].at_risk.value, 1000 * red, 1e-9);
  EXPECT_NEAR(*r.lines[1].at_risk.value, 9000 * green, 1e-9);
  EXPECT_NEAR(*r.total.value, 1000 * red + 9000 * green + 600, 1e-9) << "with what is lost for sure";
  EXPECT_GE(*r.total.low, 600);
  EXPECT_LE(*r.total.low, *r.total.value);
  EXPECT_GE(*r.total.high, *r.total.value);
  EXPECT_FALSE(r.lines[2].rate.value) << "nobody was without a score";
}

TEST(AtRisk, OfTooFewLeaversNothingIsSaid) {
  std::vector<Exposure> past;
  add(past, 0, 19, 10, 1);
  add(past, 1, 500, 10, 0);
  // One account that left on many past days is one leaver.
  for (int day = 0; day < 30; ++day) past.push_back({0, 0, 0, 10, true});
  const AtRisk few = at_risk(past, std::vector<Holding>{{0, 0, 100}}, {}, kBands, {});
  EXPECT_EQ(few.leavers, 19);
  EXPECT_FALSE(few.total.value || few.lines[0].rate.value);
  past.push_back({9999, 9999, 1, 10, true});
  EXPECT_TRUE(at_risk(past, std::vector<Holding>{{0, 0, 100}}, {}, kBands, {}).total.value);
}

// What is lost in truth lies in the interval about 95 times in 100 when the past is like the future.
TEST(AtRisk, TheIntervalHoldsWhatComes) {
  int held = 0;
  constexpr int kTimes = 200;
  for (uint64_t seed = 1; seed <= kTimes; ++seed) {
    Random random(seed);
    std::vector<Exposure> past;
    std::vector<Holding> today;
    double lost = 0;
    for (uint32_t i = 0; i < 600; ++i) {
      const auto band = static_cast<int16_t>(i % 2);
      const double chance = band == 0 ? 0.25 : 0.05;
      past.push_back({i, i, band, random.between(1, 100), random.chance(chance)});
      today.push_back({i, band, random.between(1, 100)});
      if (random.chance(chance)) lost += static_cast<double>(today.back().amount);
    }
    const AtRisk r = at_risk(past, today, {}, kBands, {200, seed, 1});
    held += *r.total.low <= lost && lost <= *r.total.high ? 1 : 0;
  }
  EXPECT_GE(held, kTimes * 90 / 100);
  EXPECT_LE(held, kTimes * 99 / 100);
}

TEST(Forecast, IsTheSumOfChancesAndHoldsWhatComes) {
  int held = 0;
  constexpr int kTimes = 200;
  for (uint64_t seed = 1; seed <= kTimes; ++seed) {
    Random random(seed);
    std::vector<Stake> stakes;
    double expected = 0, came = 0;
    for (int i = 0; i < 120; ++i) {
      const double p = 0.5 + 0.49 * random.uniform();
      stakes.push_back({static_cast<double>(random.between(1, 100)), {p, p, p}});
      expected += p * stakes.back().amount;
      came += random.chance(p) ? stakes.back().amount : 0;
    }
    const stats::Estimate e = forecast(stakes, {400, seed, 1});
    ASSERT_NEAR(*e.value, expected, 1e-9);
    held += *e.low <= came && came <= *e.high ? 1 : 0;
  }
  EXPECT_GE(held, kTimes * 90 / 100);
  EXPECT_LE(held, kTimes * 99 / 100);
}

TEST(Forecast, UncertainChancesMakeItWider) {
  const std::vector<Stake> sure(50, Stake{10, {0.8, 0.8, 0.8}}), unsure(50, Stake{10, {0.8, 0.6, 0.9}});
  const auto a = forecast(sure, {}), b = forecast(unsure, {});
  EXPECT_LT(*b.low, *a.low);
  EXPECT_GT(*b.high - *b.low, *a.high - *a.low);
  EXPECT_FALSE(forecast({}, {}).value);
  const auto certain = forecast(std::vector<Stake>{{7, {1, 1, 1}}}, {});
  EXPECT_DOUBLE_EQ(*certain.low, 7);
}

}  // namespace
}  // namespace kenko::revenue
