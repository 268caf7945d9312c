#include "fit/boost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "base/random.h"
#include "stats/logistic.h"
#include "stats/ranking.h"

namespace kenko::fit {
namespace {

constexpr uint32_t kDriver = 3, kFalling = 7;

// Accounts seen on several days.  The outcome hangs on column 3 (the more, the better, up to a point) and, the other
// way round, on column 7; all others are noise, of each account its own.
struct World {
  BoostData data;
  std::vector<std::vector<float>> values;
};

World make_world(uint64_t seed, uint32_t accounts, int days, size_t columns, double power) {
  Random random(seed);
  World out;
  out.values.resize(columns);
  for (uint32_t a = 0; a < accounts; ++a) {
    std::vector<double> level;
    for (size_t c = 0; c < columns; ++c) level.push_back(random.normal());
    for (int d = 0; d < days; ++d) {
      for (size_t c = 0; c < columns; ++c) {
        const auto value = static_cast<float>(level[c] + 0.3 * random.normal());
        out.values[c].push_back(value);
      }
      const double driver = std::min(0.5, static_cast<double>(out.values[kDriver].back()));
      const double falling = static_cast<double>(out.values[kFalling].back());
      const bool outcome = random.chance(stats::logistic(-1.5 - power * (1.5 * driver - falling)));
      out.data.outcome.push_back(outcome ? 1 : 0);
      out.data.cluster.push_back(a);
    }
  }
  for (const std::vector<float>& values : out.values) {
    BoostColumn column;
    column.bins = Bins::of(values, 16);
    for (const float v : values) column.bin.push_back(column.bins.bin_of(v));
    out.data.columns.push_back(std::move(column));
  }
  return out;
}

Rows all_cases(const BoostData& data) {
  Rows out(data.outcome.size());
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

// Every fourth account is judged by the others.
std::vector<Fold> folds_of(const BoostData& data) {
  std::vector<Fold> out(4);
  for (uint32_t c = 0; c < data.outcome.size(); ++c) {
    for (uint32_t f = 0; f < 4; ++f) (data.cluster[c] % 4 == f ? out[f].test : out[f].train).push_back(c);
  }
  return out;
}

constexpr std::array<double, 2> kRidges{1, 8};

TEST(Boost, FindsWhatIsBehindIt) {
  const World world = make_world(1, 1500, 6, 40, 1);
  BoostOptions options;
  options.most = 6;
  const BoostChoice choice = choose(world.data, folds_of(world.data), options, kRidges, 2);
  EXPECT_GE(choice.chosen, 2);
  EXPECT_LE(choice.chosen, 3);
  options.ridge = choice.ridge;
  const std::vector<BoostModel> path = boost(world.data, all_cases(world.data), options);
  const BoostModel& model = path[2];
  std::set<uint32_t> chosen;
  for (const BoostPart& part : model.parts) chosen.insert(part.column);
  EXPECT_EQ(chosen, (std::set<uint32_t>{kDriver, kFalling}));
  for (const BoostPart& part : model.parts) EXPECT_EQ(part.shape.direction, part.column == kDriver ? 1 : -1);
}

TEST(Boost, TheShapeIsTheTrueOne) {
  const World world = make_world(2, 4000, 4, 12, 1);
  const BoostModel model = boost(world.data, all_cases(world.data), {2, 1, 60'000})[2];
  for (const BoostPart& part : model.parts) {
    const CurvePoints curve = to_curve(world.data.columns[part.column].bins, part.shape);
    const auto effect = [&](double x) { return curve.weight * curve.at(x) / 100; };
    if (part.column == kDriver) {
      EXPECT_NEAR(effect(0.4) - effect(-1), 1.5 * 1.4, 0.35);
      EXPECT_NEAR(effect(1.5) - effect(0.6), 0, 0.15);  // flat from 0.5 on
    } else {
      EXPECT_NEAR(effect(-1) - effect(1), 2, 0.4);
    }
  }
}

TEST(Boost, NoiseAloneIsNotChosen) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = make_world(seed, 400, 5, 60, 0);
    BoostOptions options;
    options.most = 4;
    found += choose(world.data, folds_of(world.data), options, kRidges, 2).chosen > 0 ? 1 : 0;
  }
  EXPECT_LE(found, 1);
}

TEST(Boost, WhatIsGivenNeedsNothingBesideIt) {
  World world = make_world(5, 1500, 6, 20, 1);
  for (const uint32_t c : {kDriver, kFalling}) {
    world.data.columns[c].role = Role::given;
    world.data.columns[c].direction = c == kDriver ? 1 : -1;
  }
  BoostOptions options;
  options.most = 4;
  EXPECT_EQ(choose(world.data, folds_of(world.data), options, kRidges, 2).chosen, 0);
  const BoostModel model = boost(world.data, all_cases(world.data), options).front();
  ASSERT_EQ(model.parts.size(), 2U);
  EXPECT_EQ(model.parts[1].shape.direction, -1);
}

TEST(Boost, OfTwinsTheFirstIsTaken) {
  World world = make_world(6, 1500, 6, 12, 1);
  world.data.columns[1] = world.data.columns[kDriver];
  const BoostModel model = boost(world.data, all_cases(world.data), {1, 4, 60'000})[1];
  EXPECT_EQ(model.parts.front().column, 1U);
}

TEST(Boost, MissingValuesStayWithinTheRange) {
  World world = make_world(7, 1500, 6, 12, 1);
  BoostColumn& driver = world.data.columns[kDriver];
  for (size_t c = 0; c < driver.bin.size(); c += 3) {
    driver.bin[c] = 0;
    world.data.outcome[c] = 0;  // nothing bad ever happens without a value
  }
  const BoostModel model = boost(world.data, all_cases(world.data), {2, 1, 60'000})[2];
  for (const BoostPart& part : model.parts) {
    const std::vector<double>& e = part.shape.effect;
    const auto [low, high] = std::minmax_element(e.begin() + 1, e.end());
    EXPECT_GE(e[0], *low);
    EXPECT_LE(e[0], *high);
    for (size_t b = 2; b < e.size(); ++b) EXPECT_GE(part.shape.direction * (e[b] - e[b - 1]), 0);
  }
}

TEST(Boost, ThinnedOutCasesTellNearlyTheSame) {
  const World world = make_world(8, 6000, 5, 12, 1);
  const Rows cases = all_cases(world.data);
  const BoostModel all = boost(world.data, cases, {2, 1, 1'000'000})[2];
  const BoostModel few = boost(world.data, cases, {2, 1, 10'000})[2];
  EXPECT_NEAR(all.intercept, few.intercept, 0.25);
  EXPECT_NEAR(loss_of(all, world.data, cases), loss_of(few, world.data, cases), 0.004);
}

TEST(Boost, NeitherThreadsNorTheOrderOfFoldsMatter) {
  const World world = make_world(9, 600, 4, 12, 1);
  BoostOptions options;
  options.most = 3;
  const std::vector<Fold> folds = folds_of(world.data);
  const BoostChoice one = choose(world.data, folds, options, kRidges, 1);
  const BoostChoice three = choose(world.data, folds, options, kRidges, 3);
  EXPECT_EQ(one.loss, three.loss);
  EXPECT_EQ(one.chosen, three.chosen);
  EXPECT_EQ(one.ridge, three.ridge);
}

}  // namespace
}  // namespace kenko::fit
