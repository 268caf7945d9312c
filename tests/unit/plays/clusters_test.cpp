#include "plays/clusters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "plays/arms.h"
#include "plays/student_t.h"

namespace kenko::plays {
namespace {

TEST(StudentTest, IsThatOfTheTables) {
  EXPECT_NEAR(student_quantile(0.975, 1), 12.70620473617471, 1e-9);
  EXPECT_NEAR(student_quantile(0.975, 4), 2.7764451051977987, 1e-9);
  EXPECT_NEAR(student_quantile(0.8, 30), 0.8537673, 1e-6);
  EXPECT_NEAR(student_quantile(0.975, 1e6), 1.9599663, 1e-6);
  EXPECT_NEAR(student_quantile(0.025, 4), -2.7764451051977987, 1e-9);
  EXPECT_NEAR(student_below(0, 3.5), 0.5, 1e-14);
  EXPECT_NEAR(student_below(2, 2), 0.5 + 1 / std::sqrt(6.0), 1e-12) << "closed form with two degrees";
}

TEST(ClustersTest, OneSizeIsTheMeanOfAnyTextbook) {
  const std::vector<ClusterSum> values{{1, 3}, {1, 5}, {1, 10}, {1, 2}};
  const ClusterMean mean = cluster_mean(values);
  EXPECT_DOUBLE_EQ(mean.mean, 5);
  EXPECT_NEAR(mean.variance, (4.0 + 0 + 25 + 9) / 3 / 4, 1e-12) << "s^2 / n";
  EXPECT_NEAR(mean.degrees, 3, 1e-12);
  const stats::Interval interval = mean_interval(mean);
  EXPECT_NEAR(interval.high - 5, 3.182446305284263 * std::sqrt(38.0 / 12), 1e-9);
}

TEST(ClustersTest, OneLargeClusterLeavesFewDegrees) {
  const std::vector<ClusterSum> even{{5, 5}, {5, 10}, {5, 0}, {5, 5}, {5, 5}},
      uneven{{21, 21}, {1, 2}, {1, 0}, {1, 1}, {1, 1}};
  EXPECT_NEAR(cluster_mean(even).degrees, 4, 1e-12);
  EXPECT_LT(cluster_mean(uneven).degrees, 1.5);
}

TEST(ClustersTest, TheDegreesOfTwoAreWelchs) {
  // Welch's own example: variances of means 7/10 and 3/20.
  const ClusterMean a{0, 0.7, 9}, b{0, 0.15, 19};
  EXPECT_NEAR(welch_degrees(a, b), 0.85 * 0.85 / (0.49 / 9 + 0.0225 / 19), 1e-12);
}

// Three of six: twenty lots cannot refuse anything at 2.5 % a side; four of eight are seventy.
TEST(ClustersTest, TooFewLotsRefuseNothing) {
  const std::vector<ClusterSum> three{{1, 0}, {1, 1}, {1, 2}}, others{{1, 9}, {1, 10}, {1, 11}};
  EXPECT_FALSE(lot_interval(three, others, 1));
  const std::vector<ClusterSum> four{{1, 0}, {1, 1}, {1, 2}, {1, 3}}, more{{1, 9}, {1, 10}, {1, 11}, {1, 12}};
  const auto interval = lot_interval(four, more, 1);
  ASSERT_TRUE(interval);
  EXPECT_LT(interval->low, -9);
  EXPECT_GT(interval->high, -9);
  EXPECT_LT(interval->high, 0);
}

TEST(ClustersTest, TheIntervalMovesWithTheValuesAndStretchesWithThem) {
  std::vector<ClusterSum> treated, held;
  for (int i = 0; i < 30; ++i) treated.push_back({1.0 + i % 3, (i * 7 % 11) * 1.0});
  for (int i = 0; i < 12; ++i) held.push_back({1.0 + i % 2, (i * 5 % 9) * 1.0});
  const auto before = lot_interval(treated, held, 5);
  for (ClusterSum& cluster : treated) cluster.sum = 10 * cluster.sum + 10 * 3 * cluster.weight;
  for (ClusterSum& cluster : held) cluster.sum *= 10;
  const auto after = lot_interval(treated, held, 5);
  ASSERT_TRUE(before && after);
  const double error = (before->high - before->low) * 0.02;
  EXPECT_NEAR(after->low, 10 * (before->low + 3), 10 * error);
  EXPECT_NEAR(after->high, 10 * (before->high + 3), 10 * error);
}

// Newcombe (1998), table II: 56/70 against 48/80, and 9/10 against 3/10; with t instead of the normal quantile the
// interval is a little wider.
TEST(ClustersTest, SharesOfSingleAccountsAreNewcombes) {
  const auto arm = [](int found, int cases) {
    std::vector<ClusterSum> out;
    for (int i = 0; i < cases; ++i) out.push_back({1, i < found ? 1.0 : 0.0});
    return out;
  };
  const stats::Interval large = share_interval(arm(56, 70), arm(48, 80));
  EXPECT_NEAR(large.low, 0.0524, 0.004);
  EXPECT_NEAR(large.high, 0.3339, 0.004);
  const stats::Interval none = share_interval(arm(0, 40), arm(0, 10));
  EXPECT_LT(none.low, -0.2) << "nobody left of ten held out: a fifth may leave all the same";
  EXPECT_GT(none.high, 0.08);
}

TEST(ClustersTest, LikeAccountsBelowOneParentCountLess) {
  std::vector<ClusterSum> single_a, single_b, groups_a, groups_b;
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 5; ++j) {
      single_a.push_back({1, i % 4 == 0 ? 1.0 : 0.0});
      single_b.push_back({1, i % 2 == 0 ? 1.0 : 0.0});
    }
    groups_a.push_back({5, i % 4 == 0 ? 5.0 : 0.0});
    groups_b.push_back({5, i % 2 == 0 ? 5.0 : 0.0});
  }
  const stats::Interval alone = share_interval(single_a, single_b), together = share_interval(groups_a, groups_b);
  EXPECT_GT(together.high - together.low, 2 * (alone.high - alone.low)) << "about the root of five";
}

TEST(ArmsTest, TheLotIsThatOfTheTopParentAndOfItsShare) {
  int held = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string parent = "p" + std::to_string(i);
    const bool is = held_out(7, "save", parent, 200'000);
    held += is ? 1 : 0;
    if (is) {
      EXPECT_TRUE(held_out(7, "save", parent, 300'000)) << "a larger share keeps out whom a smaller one did";
    }
    EXPECT_FALSE(held_out(7, "save", parent, 0));
    EXPECT_TRUE(held_out(7, "save", parent, 1'000'000));
  }
  EXPECT_NEAR(held, 2000, 160);
  int both = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string parent = "p" + std::to_string(i);
    both += held_out(7, "save", parent, 200'000) && held_out(7, "other", parent, 200'000) ? 1 : 0;
  }
  EXPECT_NEAR(both, 400, 80) << "lots of two plays have nothing to do with each other";
  EXPECT_TRUE(held_out(1, "save", "p2", 500'000) != held_out(2, "save", "p2", 500'000) ||
              held_out(1, "save", "p3", 500'000) != held_out(2, "save", "p3", 500'000) ||
              held_out(1, "save", "p4", 500'000) != held_out(2, "save", "p4", 500'000));
}

}  // namespace
}  // namespace kenko::plays
