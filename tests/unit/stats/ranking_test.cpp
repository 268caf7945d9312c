#include "stats/ranking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace kenko::stats {
namespace {

// Cases with many ties, clusters and strata.
struct RandomCases {
  std::vector<double> risk, amount, time;
  std::vector<uint8_t> outcome;
  std::vector<uint32_t> cluster, stratum;
  std::vector<uint16_t> times;

  RandomCases(uint64_t seed, size_t n) {
    Random random(seed);
    for (size_t i = 0; i < n; ++i) {
      risk.push_back(static_cast<double>(random.between(0, 9)));
      outcome.push_back(random.chance(0.1 + risk.back() / 20) ? 1 : 0);
      cluster.push_back(static_cast<uint32_t>(random.between(0, 14)));
      stratum.push_back(static_cast<uint32_t>(random.between(0, 2)));
      amount.push_back(random.uniform() * 100);
      time.push_back(static_cast<double>(random.between(1, 12)));
    }
    for (int c = 0; c < 15; ++c) times.push_back(static_cast<uint16_t>(random.between(0, 3)));
  }
  [[nodiscard]] Ranking ranking() const { return {risk, outcome, cluster, stratum, amount}; }
};

double order(double with, double without) { return with > without ? 1 : with == without ? 0.5 : 0; }

TEST(RankingTest, TheAreaIsTheShareOfPairsInTheRightOrder) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomCases c(seed, 120);
    double right = 0, all = 0, right_within = 0, all_within = 0;
    for (size_t i = 0; i < c.risk.size(); ++i) {
      for (size_t j = 0; j < c.risk.size(); ++j) {
        if (!c.outcome[i] || c.outcome[j]) continue;
        const double pairs = c.times[c.cluster[i]] * c.times[c.cluster[j]];
        right += pairs * order(c.risk[i], c.risk[j]);
        all += pairs;
        if (c.stratum[i] != c.stratum[j]) continue;
        right_within += pairs * order(c.risk[i], c.risk[j]);
        all_within += pairs;
      }
    }
    const Ranking ranking = c.ranking();
    EXPECT_NEAR(*ranking.auc(c.times), right / all, 1e-12) << "seed " << seed;
    EXPECT_NEAR(*ranking.auc_within(c.times), right_within / all_within, 1e-12) << "seed " << seed;
  }
}

TEST(RankingTest, AWeightIsTheSameAsACopy) {
  const RandomCases c(7, 60);
  RandomCases copies(7, 0);
  for (size_t i = 0; i < c.risk.size(); ++i) {
    for (int t = 0; t < c.times[c.cluster[i]]; ++t) {
      copies.risk.push_back(c.risk[i]);
      copies.outcome.push_back(c.outcome[i]);
      copies.cluster.push_back(c.cluster[i]);
      copies.stratum.push_back(c.stratum[i]);
      copies.amount.push_back(c.amount[i]);
    }
  }
  const Ranking weighted = c.ranking(), copied = copies.ranking();
  EXPECT_NEAR(*weighted.auc(c.times), *copied.auc(), 1e-12);
  EXPECT_NEAR(*weighted.average_precision(c.times), *copied.average_precision(), 1e-12);
  for (const double share : {0.05, 0.2, 0.5, 1.0}) {
    const Captured a = weighted.capture(share, c.times), b = copied.capture(share);
    EXPECT_NEAR(a.found, b.found, 1e-9);
    EXPECT_NEAR(a.amount_found, b.amount_found, 1e-9);
    EXPECT_NEAR(a.chosen, share * a.cases, 1e-9);
  }
}

TEST(RankingTest, AveragePrecisionByHand) {
  // Risks 4, 3, 3, 1 with outcomes 1, 0, 1, 1: precisions 1, 2/3, 3/4 at recalls 1/3, 2/3, 1.
  const std::vector<double> risk{3, 4, 1, 3};
  const std::vector<uint8_t> outcome{0, 1, 1, 1};
  const std::vector<uint32_t> cluster{0, 1, 2, 3};
  const Ranking ranking(risk, outcome, cluster);
  EXPECT_NEAR(*ranking.average_precision(), (1 + 2.0 / 3 + 3.0 / 4) / 3, 1e-12);
}

TEST(RankingTest, ABorderThroughATieTakesItsPart) {
  const std::vector<double> risk{2, 1, 1, 1, 0};
  const std::vector<uint8_t> outcome{1, 1, 0, 0, 0};
  const std::vector<uint32_t> cluster{0, 1, 2, 3, 4};
  const Captured half = Ranking(risk, outcome, cluster).capture(0.4);
  EXPECT_NEAR(half.found, 1 + 1.0 / 3, 1e-12);
  EXPECT_NEAR(*half.precision(), (1 + 1.0 / 3) / 2, 1e-12);
  EXPECT_NEAR(*half.lift(), *half.precision() / 0.4, 1e-12);
}

TEST(RankingTest, WithoutOneOfTheKindsThereIsNoArea) {
  const std::vector<double> risk{1, 2};
  const std::vector<uint32_t> cluster{0, 1};
  const std::vector<uint8_t> none{0, 0}, all{1, 1};
  EXPECT_FALSE(Ranking(risk, none, cluster).auc());
  EXPECT_FALSE(Ranking(risk, all, cluster).auc());
  EXPECT_FALSE(Ranking(risk, none, cluster).average_precision());
  EXPECT_FALSE(Ranking(risk, none, cluster).capture(0.5).lift());
}

TEST(ConcordanceTest, IsTheShareOfComparablePairs) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomCases c(seed, 80);
    double right = 0, all = 0;
    for (size_t i = 0; i < c.risk.size(); ++i) {
      for (size_t j = 0; j < c.risk.size(); ++j) {
        const bool later = c.time[j] > c.time[i] || (c.time[j] == c.time[i] && !c.outcome[j]);
        if (!c.outcome[i] || !later) continue;
        right += order(c.risk[i], c.risk[j]);
        all += 1;
      }
    }
    EXPECT_NEAR(*concordance(c.risk, c.time, c.outcome).value, right / all, 1e-12) << "seed " << seed;
  }
  const std::vector<double> risk{1, 2}, time{3, 4};
  EXPECT_FALSE(concordance(risk, time, std::vector<uint8_t>{0, 0}).value);
}

TEST(ConcordanceTest, ItsIntervalIsAsWideAsThatOfABootstrap) {
  Random random(5);
  std::vector<double> risk, time;
  std::vector<uint8_t> event;
  std::vector<uint32_t> cluster;
  constexpr uint32_t kClusters = 60;
  for (uint32_t k = 0; k < kClusters; ++k) {
    const double level = random.normal();
    for (int i = 0; i < 4; ++i) {
      risk.push_back(std::round(level + random.normal()));
      time.push_back(std::round(50 * random.uniform() * std::exp(-level / 2)));
      event.push_back(random.chance(0.6) ? 1 : 0);
      cluster.push_back(k);
    }
  }
  const Estimate quick = concordance(risk, time, event, cluster);
  const Resamples resamples(kClusters, 400, 1);
  const auto drawn = bootstrap(
      resamples, 1,
      [&](Times times, std::span<std::optional<double>> to) {
        std::vector<double> r, t;
        std::vector<uint8_t> e;
        for (size_t i = 0; i < risk.size(); ++i) {
          for (int n = 0; n < times[cluster[i]]; ++n) {
            r.push_back(risk[i]);
            t.push_back(time[i]);
            e.push_back(event[i]);
          }
        }
        to[0] = concordance(r, t, e).value;
      },
      1);
  EXPECT_EQ(quick.value, drawn[0].value);
  EXPECT_NEAR(*quick.high - *quick.low, *drawn[0].high - *drawn[0].low, 0.15 * (*quick.high - *quick.low));
  EXPECT_NEAR(*quick.low, *drawn[0].low, 0.02);
}

}  // namespace
}  // namespace kenko::stats
