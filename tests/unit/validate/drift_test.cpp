#include "validate/drift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/random.h"

namespace kenko::validate {
namespace {

// Accounts of different levels on twelve days; each metric is made by a function of (account's level, day, noise).
using Maker = std::function<double(double level, int day, Random& random)>;

constexpr int kBefore[] = {224, 196, 168, 140, 112, 84, 56, 28, 21, 14, 7, 0};
const Day kToday = *Day::parse("2026-06-30");

Panel snapshots(uint64_t seed, int accounts, const std::vector<Maker>& makers) {
  Random random(seed);
  Panel p;
  for (size_t m = 0; m < makers.size(); ++m) p.metrics.push_back("m" + std::to_string(m));
  p.is_text.assign(makers.size(), 0);
  for (const int before : kBefore) p.days.push_back(kToday - before);
  p.excluded.assign(p.days.size(), {});
  std::vector<double> level;
  for (int a = 0; a < accounts; ++a) {
    p.accounts.push_back("a" + std::to_string(a));
    level.push_back(random.normal());
  }
  for (uint32_t d = 0; d < p.days.size(); ++d) {
    for (uint32_t a = 0; a < static_cast<uint32_t>(accounts); ++a) {
      p.day.push_back(d);
      p.account.push_back(a);
      p.cluster.push_back(a);
      p.score.push_back(static_cast<int32_t>(5000 + 1000 * level[a] + 300 * random.normal()));
      p.coverage.push_back(900'000);
      for (const Maker& maker : makers) p.values.push_back(maker(level[a], -kBefore[d], random));
    }
  }
  p.points = p.values;
  return p;
}

DriftOptions options() {
  DriftOptions o;
  o.reference_until = kToday - 56;
  o.recent_from = kToday - 21;
  return o;
}

const Look* find(const std::vector<Look>& looks, LookKind kind, const std::string& subject) {
  for (const Look& l : looks) {
    if (l.kind == kind && l.subject == subject) return &l;
  }
  return nullptr;
}

double usual(double level, int, Random& random) { return 10 + 4 * level + 2 * random.normal(); }
double skewed(double level, int, Random& random) { return std::exp(level + random.normal()); }
double rare(double level, int, Random& random) { return random.chance(0.02 * std::exp(level / 3)) ? 1 : 0; }
double growing(double level, int day, Random& random) { return 50 + day / 4.0 + 4 * level + random.normal(); }
double sometimes(double level, int day, Random& random) {
  return random.chance(0.3) ? std::numeric_limits<double>::quiet_NaN() : usual(level, day, random);
}

TEST(DriftTest, WithNothingPlantedNothingIsFound) {
  const std::vector<Maker> makers(
      {usual, skewed, rare, growing, sometimes, usual, skewed, rare, growing, sometimes, usual, skewed});
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const int accounts : {15, 80}) {
      std::vector<Look> looks = drift_looks(snapshots(seed, accounts, makers), options());
      ASSERT_GE(looks.size(), 20U);
      judge(looks, 0.05);
      for (const Look& l : looks) {
        EXPECT_FALSE(l.found) << "seed " << seed << ", " << accounts << " accounts: " << word(l.kind) << " "
                              << l.subject << " by " << *l.effect.value << ", p " << l.p;
      }
    }
  }
}

TEST(DriftTest, WhatIsPlantedIsFoundAndNothingElse) {
  const Maker halved = [](double level, int day, Random& random) {
    return usual(level, day, random) * (day > -28 ? 0.5 : 1);
  };
  const Maker lost = [](double level, int day, Random& random) {
    return day > -28 && random.chance(0.6) ? std::numeric_limits<double>::quiet_NaN() : usual(level, day, random);
  };
  const Maker fallen = [](double level, int day, Random& random) {
    return growing(level, day, random) - (day > -28 ? 60 : 0);
  };
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    std::vector<Look> looks =
        drift_looks(snapshots(seed, 80, {usual, halved, lost, fallen, skewed, growing}), options());
    judge(looks, 0.05);
    EXPECT_TRUE(find(looks, LookKind::value, "m1")->found) << seed;
    EXPECT_LT(*find(looks, LookKind::value, "m1")->effect.high, -0.2);
    EXPECT_TRUE(find(looks, LookKind::missing, "m2")->found) << seed;
    EXPECT_TRUE(find(looks, LookKind::value, "m3")->found) << seed;
    for (const char* calm : {"m0", "m4", "m5"}) {
      EXPECT_FALSE(find(looks, LookKind::value, calm)->found) << seed << " " << calm;
      EXPECT_FALSE(find(looks, LookKind::missing, calm)->found) << seed << " " << calm;
    }
  }
}

// Half of the accounts gain what the others lose: the mean stays.
TEST(DriftTest, AnotherShapeOfTheSameMeanIsFound) {
  const auto apart = [](int from) -> Maker {
    return [from](double level, int day, Random& random) {
      const double x = 10 + 2 * level + random.normal();
      return day > from ? x + (random.chance(0.5) ? 4 : -4) : x;
    };
  };
  const Maker even = [](double level, int day, Random& random) {
    return day > -28 ? 10 + 0.1 * random.normal() : usual(level, day, random);
  };
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    std::vector<Look> looks = drift_looks(snapshots(seed, 80, {usual, apart(-28), apart(0), even}), options());
    judge(looks, 0.05);
    for (const char* planted : {"m1", "m3"}) {
      EXPECT_TRUE(find(looks, LookKind::shape, planted)->found) << seed << " " << planted;
      EXPECT_FALSE(find(looks, LookKind::value, planted)->found) << seed << " " << planted;
    }
    for (const char* calm : {"m0", "m2"})
      EXPECT_FALSE(find(looks, LookKind::shape, calm)->found) << seed << " " << calm;
  }
}

// As far from the middle as before, but all at the ends or in the middle.
TEST(DriftTest, AnotherShapeOfTheSameWidthIsFound) {
  const Maker parted = [](double, int day, Random& random) {
    const double x = 20 * random.uniform();
    return day <= -28 ? x : x < 5 ? 0.0 : x < 15 ? 10.0 : 20.0;
  };
  std::vector<Look> looks = drift_looks(snapshots(1, 200, {usual, parted}), options());
  judge(looks, 0.05);
  const Look* shape = find(looks, LookKind::shape, "m1");
  EXPECT_TRUE(shape->found);
  EXPECT_TRUE(shape->at_most) << "a share tells it, not a distance";
  EXPECT_FALSE(find(looks, LookKind::value, "m1")->found);
}

TEST(DriftTest, TwoValuesHaveNoShapeBesideTheirMean) {
  const auto looks = drift_looks(snapshots(1, 80, {rare, usual}), options());
  EXPECT_EQ(find(looks, LookKind::shape, "m0"), nullptr);
  EXPECT_NE(find(looks, LookKind::shape, "m1"), nullptr);
}

TEST(DriftTest, AMetricThatIsGoneAltogetherIsFound) {
  const Maker gone = [](double level, int day, Random& random) {
    return day > -28 ? std::numeric_limits<double>::quiet_NaN() : usual(level, day, random);
  };
  std::vector<Look> looks = drift_looks(snapshots(1, 40, {usual, gone}), options());
  judge(looks, 0.05);
  EXPECT_TRUE(find(looks, LookKind::missing, "m1")->found);
  EXPECT_EQ(find(looks, LookKind::value, "m1"), nullptr) << "there is no value to compare";
}

TEST(DriftTest, ATrendThatGoesOnIsExpected) {
  const auto looks = drift_looks(snapshots(3, 80, {growing}), options());
  const Look* look = find(looks, LookKind::value, "m0");
  EXPECT_NEAR(*look->effect.value, 0, 0.2);
  EXPECT_GT(*look->expected, *look->reference + 20);
}

TEST(DriftTest, AccountsWithoutEvidenceAreMissed) {
  Panel p = snapshots(1, 60, {usual});
  for (size_t d = 0; d < p.days.size(); ++d) {
    p.excluded[d][static_cast<size_t>(Exclusion::insufficient)] = d >= 8 ? 60 : 3;
  }
  std::vector<Look> looks = drift_looks(p, options());
  judge(looks, 0.05);
  EXPECT_TRUE(find(looks, LookKind::scored, "")->found);
}

TEST(DriftTest, TooLittleHistoryGivesNoLook) {
  DriftOptions o = options();
  o.reference_until = kToday - 150;
  EXPECT_TRUE(drift_looks(snapshots(1, 60, {usual}), o).empty());
}

TEST(DriftTest, AnUnwatchedMetricIsNotLookedAt) {
  DriftOptions o = options();
  o.watched = {0, 1};
  const auto looks = drift_looks(snapshots(1, 60, {usual, usual}), o);
  EXPECT_EQ(find(looks, LookKind::value, "m0"), nullptr);
  EXPECT_NE(find(looks, LookKind::value, "m1"), nullptr);
}

std::vector<Day> every(int days, int count) {
  std::vector<Day> out;
  for (int i = count; i-- > 0;) out.push_back(kToday - i * days);
  return out;
}

TEST(FeedTest, SilenceIsMeasuredByTheFeedsOwnGaps) {
  EXPECT_EQ(feed_look("x", every(1, 5), kToday), std::nullopt) << "too few to know its ways";
  EXPECT_EQ(feed_look("x", every(7, 30), kToday)->p, 1);
  EXPECT_EQ(feed_look("x", every(7, 30), kToday + 7)->p, 1) << "not later than ever";
  EXPECT_GT(feed_look("x", every(7, 30), kToday + 9)->p, 0.01);
  EXPECT_LT(feed_look("x", every(7, 30), kToday + 28)->p, 1e-4);
  EXPECT_LT(feed_look("x", every(1, 200), kToday + 4)->p, 1e-6);
}

TEST(FeedTest, FactsOfTheFutureDoNotCount) {
  std::vector<Day> days = every(7, 30);
  days.push_back(kToday + 100);
  EXPECT_EQ(*feed_look("x", days, kToday + 28)->now, 28);
}

// Student's t beyond 2 with 10, 3 and 1,000 degrees of freedom: 0.036694, 0.069663, 0.022882.
TEST(ChanceTest, IsThatOfStudent) {
  EXPECT_NEAR(chance_of(2.2, 0.2, 1, 11), 0.036694, 2e-3);
  EXPECT_NEAR(chance_of(-2.2, 0.2, 1, 4), 0.069663, 5e-3);
  EXPECT_NEAR(chance_of(2.2, 0.2, 1, 1001), 0.022882, 1e-4);
  EXPECT_GT(chance_of(0.1, 0.2, 1, 100), 0.5);
  EXPECT_EQ(chance_of(0.3, 0.2, 0, 5), 0);
  EXPECT_EQ(chance_of(0.1, 0.2, 0, 5), 1);
}

}  // namespace
}  // namespace kenko::validate
