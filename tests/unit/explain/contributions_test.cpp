#include "explain/contributions.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace kenko::explain {
namespace {

TEST(Apportion, GivesLeftoverUnitsToTheLargestRemainders) {
  EXPECT_EQ(apportion(100, {1, 1, 1}), (std::vector<int64_t>{34, 33, 33}));  // a tie goes to the first
  EXPECT_EQ(apportion(10, {1, 2, 4}), (std::vector<int64_t>{1, 3, 6}));      // 1.43, 2.86, 5.71
  EXPECT_EQ(apportion(0, {5, 5}), (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(apportion(7, {0, 0}), (std::vector<int64_t>{0, 0}));
  EXPECT_TRUE(apportion(7, {}).empty());
}

TEST(Apportion, AddsUpAndStaysWithinOneUnitOfTheExactPart) {
  const uint64_t seed = 20260101;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const int64_t total = random.between(0, 100'000'000);
    std::vector<Int128> weights(static_cast<size_t>(random.between(1, 12)));
    for (Int128& w : weights) w = random.chance(0.2) ? 0 : random.between(1, 1'000'000'000'000);
    const Int128 sum = std::accumulate(weights.begin(), weights.end(), Int128{0});
    const std::vector<int64_t> parts = apportion(total, weights);
    if (sum == 0) continue;
    ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), int64_t{0}), total);
    for (size_t i = 0; i < parts.size(); ++i) {
      const Int128 exact = static_cast<Int128>(total) * weights[i];
      ASSERT_TRUE(static_cast<Int128>(parts[i]) * sum <= exact + sum) << i;
      ASSERT_TRUE(static_cast<Int128>(parts[i] + 1) * sum > exact) << i;
    }
  }
}

// A day with two dimensions; the second metric of the first one has no evidence.
struct Day1 {
  plan::Plan plan;
  engine::LifeDays days;
  score::LifeScores scores;
  std::vector<double> value{0.5};
  std::vector<uint8_t> valid{1}, missing{0};
  std::vector<int32_t> p1{33'333'333}, none{engine::kNoPoints}, p2{90'000'000}, start{0};
  std::vector<uint8_t> fact{1};
  std::vector<engine::AccountStatus> status{engine::AccountStatus::active};
  std::vector<engine::MetricDays> metrics;

  Day1() {
    plan.nodes.resize(1);
    plan.dimensions.resize(2);
    plan.dimensions[0].name = "business";
    plan.dimensions[0].weight = Decimal::whole(30);
    plan.dimensions[1].name = "product";
    plan.dimensions[1].weight = Decimal::whole(70);
    plan.bands = {{"red", 0, {}}, {"green", 5000, {}}};
    for (const auto& [name, dimension] : std::vector<std::pair<std::string, uint32_t>>{{"a", 0}, {"b", 0}, {"c", 1}}) {
      plan::Metric m;
      m.name = m.label = name;
      m.dimension = dimension;
      m.weight = Decimal::whole(1);
      plan.metrics.push_back(m);
    }
    metrics = {{value, valid, p1}, {value, missing, none}, {value, valid, p2}};
    days = {kenko::Day{0}, status, fact, start, metrics};
    score::Silence silence;
    score::roll_up(plan, days, silence, scores);
  }
};

TEST(ExplainDay, PartsAndLossesAddUpAndMissingWeightIsSpread) {
  const Day1 d;
  const Explanation e = explain_day(d.plan, {0, kenko::Day{0}, &d.days, &d.scores, 0, nullptr});
  // 0.3 x 33.333333 + 0.7 x 90 = 73.0 (72.9999999 rounded to a millionth, then to 0.01)
  EXPECT_EQ(e.rolled_up, 7300);
  EXPECT_EQ(e.coverage, 850'000);  // half of the 30 % has no evidence
  EXPECT_EQ(e.parts[0].contribution + e.parts[1].contribution + e.parts[2].contribution, 73'000'000);
  EXPECT_EQ(e.parts[0].lost + e.parts[1].lost + e.parts[2].lost, 27'000'000);
  EXPECT_EQ(e.parts[0].share_micros, 300'000);
  EXPECT_EQ(e.parts[1].share_micros, 0);
  EXPECT_FALSE(e.parts[1].points.has_value());
  EXPECT_EQ(d.plan.bands[static_cast<size_t>(e.band)].name, "green");
}

TEST(ExplainDay, TheChangeIsZeroForTheSameDay) {
  const Day1 d;
  const Explanation e = explain_day(d.plan, {0, kenko::Day{0}, &d.days, &d.scores, 0, nullptr});
  const auto change = change_between(e, e);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->total, 0);
  Explanation none = e;
  none.state = score::State::insufficient;
  EXPECT_FALSE(change_between(none, e));
}

}  // namespace
}  // namespace kenko::explain
