#include <gtest/gtest.h>

#include "score/history.h"

namespace kenko::score {
namespace {

using engine::AccountStatus;

// One metric over the given days; points in whole points, -1 = no value.
struct World {
  plan::Plan plan;
  std::vector<double> value;
  std::vector<uint8_t> valid;
  std::vector<int32_t> points, start;
  std::vector<uint8_t> fact;
  std::vector<AccountStatus> status;
  std::vector<engine::MetricDays> metrics;
  LifeScores out;

  World(const std::vector<int32_t>& whole_points, std::vector<uint8_t> fact_days) : fact(std::move(fact_days)) {
    plan.nodes.resize(1);
    plan.dimensions.resize(1);
    plan.dimensions[0].name = "all";
    plan.dimensions[0].weight = Decimal::whole(1);
    plan.bands.resize(2);
    plan.bands[1].from_hundredths = 8000;
    plan::Metric m;
    m.name = "m";
    m.dimension = 0;
    m.weight = Decimal::whole(1);
    plan.metrics = {m};
    for (const int32_t p : whole_points) {
      value.push_back(p);
      valid.push_back(p >= 0);
      points.push_back(p < 0 ? engine::kNoPoints : p * 1'000'000);
    }
    start.assign(points.size(), 0);
    status.assign(points.size(), AccountStatus::active);
  }
  const LifeScores& run() {
    metrics = {{value, valid, points}};
    Silence silence;
    roll_up(plan, {Day{0}, status, fact, start, metrics}, silence, out);
    return out;
  }
};

TEST(SilenceRule, AScoreNeverRisesWithoutAFact) {
  World w({50, 70, 40, 90, 80}, {1, 0, 0, 0, 1});
  const LifeScores& s = w.run();
  EXPECT_EQ(s.score, (std::vector<int32_t>{5000, 5000, 4000, 4000, 8000}));
  EXPECT_EQ(s.silence, (std::vector<int32_t>{0, -2000, 0, -5000, 0}));
  EXPECT_EQ(s.rolled_up, (std::vector<int32_t>{5000, 7000, 4000, 9000, 8000}));
}

TEST(SilenceRule, DaysWithoutAScoreAreSkipped) {
  World w({50, -1, 90}, {1, 0, 0});
  const LifeScores& s = w.run();
  EXPECT_EQ(s.score, (std::vector<int32_t>{5000, kNoScore, 5000}));
  EXPECT_EQ(s.state[1], State::too_new);
}

TEST(Mean, LargeWeightsGiveWhatSmallOnesInTheSameProportionGive) {
  for (const int64_t scale : {int64_t{1}, int64_t{1'000'000}}) {
    World w({33, 67}, {1, 1});
    plan::Metric m = w.plan.metrics[0];
    m.name = "other";
    m.weight = Decimal::whole(2 * scale);
    w.plan.metrics[0].weight = Decimal::whole(scale);
    w.plan.metrics.push_back(m);
    const std::vector<int32_t> other{10'000'001, 99'999'999};
    const std::vector<engine::MetricDays> metrics{{w.value, w.valid, w.points}, {w.value, w.valid, other}};
    kenko::score::Silence silence;
    roll_up(w.plan, {Day{0}, w.status, w.fact, w.start, metrics}, silence, w.out);
    // (33 + 2 x 10.000001) / 3 = 17.666667 and (67 + 2 x 99.999999) / 3 = 88.999999 to a millionth
    EXPECT_EQ(w.out.dimension[0], (std::vector<int32_t>{17'666'667, 88'999'999})) << scale;
    EXPECT_EQ(w.out.rolled_up, (std::vector<int32_t>{1767, 8900})) << scale;
  }
}

TEST(Population, PausedKeepsTheLastScoreAndLeaversHaveNone) {
  World w({50, 90, 90, 60}, {1, 1, 1, 1});
  w.status = {AccountStatus::active, AccountStatus::paused, AccountStatus::churned, AccountStatus::notice};
  const LifeScores& s = w.run();
  EXPECT_EQ(s.score, (std::vector<int32_t>{5000, 5000, kNoScore, 6000}));
  EXPECT_EQ(s.state, (std::vector<State>{State::scored, State::paused, State::unscored, State::scored}));
}

TEST(Missing, ZeroGivesPointsButNoEvidence) {
  World w({-1}, {1});
  w.plan.metrics[0].missing.kind = plan::Missing::Kind::zero;
  EXPECT_EQ(w.run().coverage[0], 0);
  EXPECT_EQ(w.out.state[0], State::too_new);
  w.plan.min_coverage_micros = 0;
  w.plan.too_new_days = 0;
  EXPECT_EQ(w.run().score[0], 0);
}

TEST(Band, TheBestNeedsEvidenceInEveryDimension) {
  World w({95}, {1});
  w.plan.dimensions.push_back(w.plan.dimensions[0]);
  plan::Metric m = w.plan.metrics[0];
  m.dimension = 1;
  m.missing.kind = plan::Missing::Kind::score;
  m.missing.points_micros = 100'000'000;
  w.plan.metrics.push_back(m);
  const std::vector<int32_t> none{engine::kNoPoints};
  const std::vector<uint8_t> invalid{0};
  const std::vector<engine::MetricDays> metrics{{w.value, w.valid, w.points}, {w.value, invalid, none}};
  w.plan.min_coverage_micros = 500'000;
  kenko::score::Silence silence;
  roll_up(w.plan, {Day{0}, w.status, w.fact, w.start, metrics}, silence, w.out);
  EXPECT_EQ(w.out.score[0], 9750);
  EXPECT_EQ(w.out.band[0], 0);  // not the best one
}

}  // namespace
}  // namespace kenko::score
