#include "stats/probability.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/logistic.h"
#include "stats/proportion.h"

namespace kenko::stats {
namespace {

TEST(ProbabilityTest, BrierAndLogLossByHand) {
  const std::vector<double> p{0.9, 0.2, 0.0};
  const std::vector<uint8_t> outcome{1, 0, 0};
  EXPECT_NEAR(*brier(p, outcome), (0.01 + 0.04 + 0) / 3, 1e-15);
  EXPECT_NEAR(*log_loss(p, outcome), -(std::log(0.9) + std::log(0.8) + std::log(1 - 1e-15)) / 3, 1e-12);
  EXPECT_FALSE(brier({}, {}));
}

TEST(ProbabilityTest, BinsHoldEveryCaseOnceAndNeverPartEqualOnes) {
  std::vector<double> p;
  std::vector<uint8_t> outcome;
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    p.push_back(static_cast<double>(random.between(0, 12)) / 12);
    outcome.push_back(random.chance(p.back()) ? 1 : 0);
  }
  const auto bins = reliability(p, outcome, 10);
  int64_t cases = 0, outcomes = 0;
  for (size_t b = 0; b < bins.size(); ++b) {
    cases += bins[b].cases;
    outcomes += bins[b].outcomes;
    EXPECT_LE(bins[b].low, bins[b].rate);
    EXPECT_GE(bins[b].high, bins[b].rate);
    EXPECT_TRUE(b == 0 || bins[b].mean_p > bins[b - 1].mean_p);
  }
  EXPECT_EQ(cases, 1000);
  EXPECT_EQ(outcomes, std::count(outcome.begin(), outcome.end(), 1));
  EXPECT_LE(bins.size(), 10U);
  EXPECT_EQ(reliability(std::vector<double>(5, 0.5), std::vector<uint8_t>(5, 1), 3).size(), 1U);
}

TEST(ProbabilityTest, IsotonicPoolsWhatFalls) {
  const std::vector<double> x{1, 2, 3, 4, 5}, y{1, 3, 2, 2, 5};
  const Isotonic fit(x, y);
  EXPECT_DOUBLE_EQ(fit.at(0), 1);
  EXPECT_DOUBLE_EQ(fit.at(2), 7.0 / 3);
  EXPECT_DOUBLE_EQ(fit.at(3), 7.0 / 3);
  EXPECT_DOUBLE_EQ(fit.at(4.5), (7.0 / 3 + 5) / 2);
  EXPECT_DOUBLE_EQ(fit.at(9), 5);
  const Isotonic weighted(std::vector<double>{1, 2}, std::vector<double>{4, 1}, std::vector<double>{1, 2});
  EXPECT_DOUBLE_EQ(weighted.at(1.5), 2);
  const Isotonic tied(std::vector<double>{1, 1, 2}, std::vector<double>{0, 1, 0.75});
  EXPECT_DOUBLE_EQ(tied.at(1), 0.5);
}

// scikit-learn 1.x, LogisticRegression(penalty=None) is checked elsewhere; here the score equations must hold.
TEST(LogisticTest, TheGradientIsZeroAndErrorsAreOfTheRightSize) {
  Random random(5);
  std::vector<double> x;
  std::vector<uint8_t> outcome;
  for (int i = 0; i < 4000; ++i) {
    x.push_back(random.normal());
    x.push_back(random.normal());
    outcome.push_back(random.chance(logistic(-1 + 0.8 * x[x.size() - 2] - 0.3 * x.back())) ? 1 : 0);
  }
  const auto fit = fit_logistic({x, 2, outcome});
  ASSERT_TRUE(fit);
  double g0 = 0, g1 = 0, g2 = 0;
  for (size_t i = 0; i < outcome.size(); ++i) {
    const double left = outcome[i] - fit->predict(std::span(x).subspan(2 * i, 2));
    g0 += left;
    g1 += left * x[2 * i];
    g2 += left * x[2 * i + 1];
  }
  EXPECT_NEAR(g0, 0, 1e-4);
  EXPECT_NEAR(g1, 0, 1e-4);
  EXPECT_NEAR(g2, 0, 1e-4);
  EXPECT_NEAR(fit->coefficient[1], 0.8, 4 * fit->error[1]);
  EXPECT_NEAR(fit->coefficient[2], -0.3, 4 * fit->error[2]);
  EXPECT_NEAR(fit->error[1], 0.042, 0.01);
}

// Every case twice: errors of independent cases shrink by the root of 2, those by cluster stay.
TEST(LogisticTest, ErrorsByClusterSeeThatCopiesAreNoNews) {
  Random random(9);
  std::vector<double> x, twice_x;
  std::vector<uint8_t> outcome, twice;
  std::vector<uint32_t> cluster, twice_cluster;
  for (uint32_t i = 0; i < 1000; ++i) {
    x.push_back(random.normal());
    outcome.push_back(random.chance(logistic(x.back())) ? 1 : 0);
    cluster.push_back(i);
    for (int copy = 0; copy < 2; ++copy) {
      twice_x.push_back(x.back());
      twice.push_back(outcome.back());
      twice_cluster.push_back(i);
    }
  }
  const auto once = fit_logistic({x, 1, outcome, {}, {}, cluster});
  const auto doubled = fit_logistic({twice_x, 1, twice, {}, {}, twice_cluster});
  const auto naive = fit_logistic({twice_x, 1, twice});
  EXPECT_NEAR(once->error[1], doubled->error[1], 1e-6);
  EXPECT_NEAR(naive->error[1], once->error[1] / std::sqrt(2), 0.006);
}

TEST(LogisticTest, WithoutAMaximumThereIsNoFit) {
  const std::vector<double> x{1, 2, 3, 4};
  EXPECT_FALSE(fit_logistic({x, 1, std::vector<uint8_t>{0, 0, 0, 0}}));
  EXPECT_FALSE(fit_logistic({x, 1, std::vector<uint8_t>{0, 0, 1, 1}})) << "separated";
  EXPECT_TRUE(fit_logistic({x, 1, std::vector<uint8_t>{0, 0, 1, 1}, {}, {}, {}, 1.0})) << "a ridge keeps it finite";
  const std::vector<double> same{1, 1, 2, 2, 3, 3, 4, 4};
  EXPECT_FALSE(fit_logistic({same, 2, std::vector<uint8_t>{0, 1, 0, 1}})) << "two columns that are one";
}

TEST(ProportionTest, NormalAndItsInverse) {
  EXPECT_NEAR(normal_below(1.959963984540054), 0.975, 1e-12);
  for (const double p : {1e-10, 0.01, 0.3, 0.5, 0.77, 0.999}) EXPECT_NEAR(normal_below(normal_quantile(p)), p, 1e-12);
}

TEST(ProportionTest, WilsonByHand) {
  const Interval half = wilson(5, 10);
  EXPECT_NEAR(half.low, 0.2366, 1e-4);
  EXPECT_NEAR(half.high, 0.7634, 1e-4);
  EXPECT_DOUBLE_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.2775, 1e-4);
  EXPECT_EQ(wilson(0, 0), (Interval{0, 1}));
}

TEST(ProportionTest, ATrendHasASignAndNoTrendHasNone) {
  EXPECT_GT(*trend_z(std::vector<Share>{{1, 100}, {5, 100}, {20, 100}}), 4);
  EXPECT_LT(*trend_z(std::vector<Share>{{20, 100}, {5, 100}, {1, 100}}), -4);
  EXPECT_NEAR(*trend_z(std::vector<Share>{{5, 100}, {10, 200}}), 0, 1e-12);
  EXPECT_FALSE(trend_z(std::vector<Share>{{0, 100}, {0, 200}}));
  EXPECT_FALSE(trend_z(std::vector<Share>{{3, 100}}));
}

TEST(ProportionTest, DiscoveriesAreFewerWhenManyWereSought) {
  const std::vector<double> p{0.01, 0.5, 0.04};
  const auto rates = false_discovery_rates(p);  // 1 + 1/2 + 1/3 = 11/6
  EXPECT_NEAR(rates[0], 0.01 * 11 / 6 * 3, 1e-12);
  EXPECT_NEAR(rates[2], 0.04 * 11 / 6 * 3 / 2, 1e-12);
  EXPECT_NEAR(rates[1], 0.5 * 11 / 6, 1e-12);
}

}  // namespace
}  // namespace kenko::stats
