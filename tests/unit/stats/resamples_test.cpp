#include "stats/resamples.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"
#include "stats/ranking.h"

namespace kenko::stats {
namespace {

TEST(ResamplesTest, EachDrawsAsManyClustersAsThereAre) {
  const Resamples resamples(50, 10, 3);
  std::vector<uint16_t> first, again, other;
  resamples.draw(4, first);
  resamples.draw(5, other);
  resamples.draw(4, again);
  EXPECT_EQ(std::accumulate(first.begin(), first.end(), 0), 50);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
}

TEST(ResamplesTest, TheQuantileIsLinearBetweenValues) {
  const std::vector<double> values{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 4 + 0.7 * 4);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 8);
}

// The mean of 400 independent numbers has a standard error of 1/20.
TEST(ResamplesTest, TheIntervalOfAMeanIsThatOfTheory) {
  std::vector<double> x;
  Random random(11);
  for (int i = 0; i < 400; ++i) x.push_back(random.normal());
  const Resamples resamples(x.size(), 2000, 5);
  const auto mean = [&](std::span<const uint16_t> times, std::span<std::optional<double>> out) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += times[i] * x[i];
    out[0] = sum / static_cast<double>(x.size());
  };
  const auto one = bootstrap(resamples, 1, mean, 1);
  EXPECT_EQ(one, bootstrap(resamples, 1, mean, 3)) << "threads change nothing";
  EXPECT_NEAR(*one[0].high - *one[0].low, 2 * 1.96 / 20, 0.02);
  EXPECT_LT(*one[0].low, *one[0].value);
}

TEST(ResamplesTest, AMeasureThatIsOftenUndefinedHasNoInterval) {
  const Resamples resamples(10, 100, 1);
  const auto rare = [](std::span<const uint16_t> times, std::span<std::optional<double>> out) {
    if (times[0] == 1) out[0] = 1;
  };
  const auto found = bootstrap(resamples, 1, rare, 1);
  EXPECT_EQ(found[0].value, 1);
  EXPECT_FALSE(found[0].low);
}

}  // namespace
}  // namespace kenko::stats
