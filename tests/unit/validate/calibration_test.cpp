#include "validate/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "stats/logistic.h"
#include "validate/backtest.h"
#include "validate/calibration_curve.h"

namespace kenko::validate {
namespace {

const Day kFirst = *Day::parse("2024-01-01");

// What an account does within a horizon, as a made world draws it.
struct World {
  double base = -2.2, per_ten = -0.8, per_change = -0.3;  // log odds at a score of 50
  double turned_after = 1e9;                              // from this as-of day on, the log odds move by `turn`
  double turn = 0;
  [[nodiscard]] double chance(const Looks& looks, size_t day) const {
    const double eta = base + per_ten * (looks.score - 5000) / 1000.0 + per_change * looks.change / 1000.0;
    return stats::logistic(eta + (static_cast<double>(day) >= turned_after ? turn : 0));
  }
};

Cases make_cases(uint64_t seed, int accounts, int days, const World& world) {
  Random random(seed);
  Cases out;
  out.question = Question::churn;
  out.horizon = 90;
  std::vector<int32_t> level;
  for (int a = 0; a < accounts; ++a) level.push_back(static_cast<int32_t>(random.between(1500, 9000)));
  for (int d = 0; d < days; ++d) {
    for (int a = 0; a < accounts; ++a) {
      Case c;
      c.as_of = kFirst + 28 * d;
      c.account = c.cluster = static_cast<uint32_t>(a);
      c.looks.score =
          std::clamp<int32_t>(level[static_cast<size_t>(a)] + static_cast<int32_t>(random.normal() * 500), 0, 10'000);
      c.looks.change = static_cast<int32_t>(random.normal() * 400);
      c.happened = random.chance(world.chance(c.looks, static_cast<size_t>(d)));
      c.known = c.as_of + out.horizon;
      out.cases.push_back(c);
    }
  }
  out.seen = kFirst + 28 * (days - 1) + out.horizon;
  return out;
}

TEST(CalibrationTest, StatesTheProbabilitiesThatWerePlanted) {
  const World world;
  const Calibration c = calibrate(make_cases(1, 500, 16, world), 0);
  ASSERT_EQ(c.verdict, Verdict::calibrated);
  EXPECT_LT(*c.judged.slope.low, 1);
  EXPECT_GT(*c.judged.slope.high, 1);
  EXPECT_LT(*c.judged.brier, *c.judged.brier_base);
  int covered = 0, all = 0;
  for (int32_t score = 1500; score <= 9000; score += 500) {
    for (const int32_t change : {-1000, 0, 1000}) {
      const Looks looks{score, change, kNoDays};
      const Chance stated = *chance_of(c, looks);
      const double truth = world.chance(looks, 0);
      EXPECT_NEAR(stated.p, truth, 0.02 + 0.1 * truth) << score << " " << change;
      EXPECT_LT(stated.low, stated.p);
      EXPECT_GT(stated.high, stated.p);
      covered += stated.low <= truth && truth <= stated.high ? 1 : 0;
      ++all;
    }
  }
  EXPECT_GE(covered, all * 3 / 4);
}

TEST(CalibrationTest, IntervalsHoldTheTruthAsOftenAsTheySay) {
  const World world;
  const Looks looks{4000, 0, kNoDays};
  int covered = 0;
  constexpr int kWorlds = 100;
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const Calibration c = calibrate(make_cases(seed, 150, 8, world), 0);
    const auto stated = chance_of(c, looks);
    ASSERT_TRUE(stated) << seed << " " << word(c.verdict);
    covered += stated->low <= world.chance(looks, 0) && world.chance(looks, 0) <= stated->high ? 1 : 0;
  }
  EXPECT_GE(covered, 88);
  EXPECT_LE(covered, 100);
}

TEST(CalibrationTest, TooFewOutcomesGiveNoProbability) {
  World rare;
  rare.base = -7;
  const Calibration c = calibrate(make_cases(2, 100, 10, rare), 0);
  EXPECT_EQ(c.verdict, Verdict::too_few);
  EXPECT_LT(c.judged.accounts_with, kFewestOutcomes);
  EXPECT_FALSE(chance_of(c, {3000, 0, kNoDays}));
  EXPECT_EQ(calibrate(Cases{}, 0).verdict, Verdict::no_data);
}

TEST(CalibrationTest, AScoreThatSaysNothingOrTheWrongThingGivesNoProbability) {
  World noise;
  noise.base = -1.5;
  noise.per_ten = noise.per_change = 0;
  int claimed = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    claimed += calibrate(make_cases(seed, 200, 10, noise), 0).usable() ? 1 : 0;
  }
  EXPECT_LE(claimed, 3);
  World wrong;
  wrong.per_ten = 0.8;
  EXPECT_EQ(calibrate(make_cases(3, 300, 12, wrong), 0).verdict, Verdict::wrong_way);
}

TEST(CalibrationTest, AWorldThatTurnsRoundIsNotCalibrated) {
  World world;
  world.per_ten = -0.8;
  Cases cases = make_cases(4, 300, 12, world), later = make_cases(5, 300, 12, World{-2.2, 0.8, 0, 1e9, 0});
  for (size_t i = 0; i < cases.cases.size(); ++i) {
    if (cases.cases[i].as_of >= kFirst + 28 * 6) cases.cases[i].happened = later.cases[i].happened;
  }
  EXPECT_NE(calibrate(cases, 0).verdict, Verdict::calibrated);
}

TEST(CalibrationTest, TwoNumbersFollowALevelThatMoves) {
  World world;
  world.turned_after = 16;
  world.turn = 1.2;
  Cases all = make_cases(6, 500, 30, world);
  Cases before = all;
  std::erase_if(before.cases, [](const Case& c) { return c.as_of >= kFirst + 28 * 16; });
  before.seen = kFirst + 28 * 15 + 90;
  Calibration c = calibrate(before, 0);
  ASSERT_EQ(c.verdict, Verdict::calibrated);
  const Looks looks{4000, 0, kNoDays};
  EXPECT_NEAR(chance_of(c, looks)->p, world.chance(looks, 0), 0.03);
  remap(all, c);
  ASSERT_TRUE(c.remap.from);
  EXPECT_GE(*c.remap.from, before.seen) << "outcomes that the curve knew teach nothing new";
  EXPECT_NEAR(c.remap.intercept, 1.2, 0.25);
  EXPECT_NEAR(c.remap.slope, 1, 0.15);
  EXPECT_NEAR(chance_of(c, looks)->p, world.chance(looks, 20), 0.04);
  EXPECT_GT(*c.since->intercept.low, 0.5) << "judged before the two numbers changed";
}

TEST(CalibrationTest, FewOutcomesSinceChangeNothing) {
  const World world;
  Cases all = make_cases(7, 500, 20, world);
  Cases before = all;
  std::erase_if(before.cases, [](const Case& c) { return c.as_of >= kFirst + 28 * 16; });
  before.seen = kFirst + 28 * 15 + 90;
  Calibration c = calibrate(before, 0);
  for (Case& later : all.cases) {
    if (later.as_of >= before.seen) later.happened = later.account < 5;
  }
  remap(all, c);
  ASSERT_TRUE(c.since);
  EXPECT_FALSE(c.remap.from);
  EXPECT_EQ(c.remap.slope, 1);
}

TEST(CalibrationTest, MuchDataGivesACurveWithoutAForm) {
  // A cliff that no logistic curve has.
  Random random(8);
  Cases cases;
  cases.horizon = 90;
  for (int d = 0; d < 14; ++d) {
    for (uint32_t a = 0; a < 1500; ++a) {
      Case c;
      c.as_of = kFirst + 28 * d;
      c.account = c.cluster = a;
      c.looks.score = static_cast<int32_t>(random.between(0, 10'000));
      c.happened = random.chance(c.looks.score < 3000 ? 0.5 : 0.05);
      c.known = c.as_of + 90;
      cases.cases.push_back(c);
    }
  }
  cases.seen = kFirst + 28 * 13 + 90;
  const Calibration c = calibrate(cases, 0);
  ASSERT_TRUE(c.curve.isotonic());
  ASSERT_EQ(c.verdict, Verdict::calibrated);
  EXPECT_NEAR(chance_of(c, {1500, 0, kNoDays})->p, 0.5, 0.05);
  EXPECT_NEAR(chance_of(c, {6000, 0, kNoDays})->p, 0.05, 0.02);
  double last = 1;
  for (int32_t score = 0; score <= 10'000; score += 250) {
    const Chance stated = *chance_of(c, {score, 0, kNoDays});
    EXPECT_LE(stated.p, last + 1e-12);
    EXPECT_LE(stated.low, stated.p);
    EXPECT_GE(stated.high, stated.p);
    last = stated.p;
  }
}

// Accounts that renew every year: each period of 30 days has its hazard, the last one most of it.
double leaves_in(const Looks& looks, int32_t period) {
  const double eta = (period == 0 ? -2.2 : period < 3 ? -3.5 : -5.0) - 0.6 * (looks.score - 5000) / 1000.0;
  return stats::logistic(eta);
}
double renews(const Looks& looks) {
  double stays = 1;
  for (int32_t period = (looks.to_renewal - 1) / 30; period >= 0; --period) stays *= 1 - leaves_in(looks, period);
  return stays;
}

Cases make_renewals(uint64_t seed, int accounts, int days, Day seen) {
  Random random(seed);
  Cases out;
  out.question = Question::renewal;
  out.grace = 30;
  out.seen = seen;
  for (int d = 0; d < days; ++d) {
    for (int a = 0; a < accounts; ++a) {
      Case c;
      c.as_of = kFirst + 30 * d;
      c.account = c.cluster = static_cast<uint32_t>(a);
      c.looks.score = static_cast<int32_t>(random.between(2000, 9000));
      c.looks.change = 0;
      c.looks.to_renewal = 30 * static_cast<int32_t>(random.between(1, 8));
      const Day renewal = c.as_of + c.looks.to_renewal;
      for (int32_t period = (c.looks.to_renewal - 1) / 30; period >= 0 && c.left == Day::kMax; --period) {
        if (random.chance(leaves_in(c.looks, period))) c.left = renewal - 30 * period - 3;
      }
      c.happened = c.left != Day::kMax;
      if (renewal + out.grace <= seen) {
        c.known = renewal + out.grace;
      } else if (c.left > seen) {
        c.left = Day::kMax;
        c.happened = false;
      }
      out.cases.push_back(c);
    }
  }
  return out;
}

TEST(CalibrationTest, RenewalsAreStatedAsPlantedAndCensoredOnesCount) {
  const Cases cases = make_renewals(9, 300, 20, kFirst + 30 * 21);
  const auto open =
      std::count_if(cases.cases.begin(), cases.cases.end(), [](const Case& c) { return c.known == Day::kMax; });
  EXPECT_GT(open, 1000) << "the test must have renewals that nobody knows yet";
  const Calibration c = calibrate(cases, 0);
  ASSERT_EQ(c.verdict, Verdict::calibrated);
  for (const int32_t score : {3000, 5000, 7000}) {
    for (const int32_t to_renewal : {30, 90, 210}) {
      const Looks looks{score, 0, to_renewal};
      const Chance stated = *chance_of(c, looks);
      EXPECT_NEAR(stated.p, renews(looks), 0.03) << score << " " << to_renewal;
      EXPECT_LT(stated.low, stated.p);
      EXPECT_GT(stated.high, stated.p);
    }
  }
  EXPECT_FALSE(chance_of(c, {5000, 0, kNoDays})) << "nothing renews";
  // The periods that were lived through before the data ended say something of those that follow.
  Teacher teacher(cases, false, Day::kMin);
  teacher.advance(cases.seen);
  const auto whole =
      std::count_if(cases.cases.begin(), cases.cases.end(), [](const Case& x) { return x.known != Day::kMax; });
  EXPECT_GT(std::ssize(teacher.lessons().happened), whole);
}

TEST(CalibrationTest, NothingIsLearntBeforeItIsCertain) {
  const Cases cases = make_cases(10, 50, 6, World{});
  Teacher teacher(cases, false, Day::kMin);
  teacher.advance(kFirst + 89);
  EXPECT_EQ(teacher.lessons().rows(), 0U);
  teacher.advance(kFirst + 90);
  EXPECT_EQ(teacher.lessons().rows(), 50U);
  teacher.advance(kFirst + 90 + 28);
  EXPECT_EQ(teacher.lessons().rows(), 100U);
}

TEST(CalibrationTest, DaysWithLittleDataBehindThemAreNotLearntFromWhenTheyMislead) {
  // Scores of the first 90 days lie half as far from the middle as what the customers are like.
  Cases cases = make_cases(12, 400, 16, World{});
  for (Case& c : cases.cases) {
    if (c.as_of < kFirst + 90) c.looks.score = 5000 + (c.looks.score - 5000) / 2;
  }
  const Calibration all = calibrate(cases, 0);
  EXPECT_EQ(all.left_out, 0);
  EXPECT_LT(*all.judged.slope.high, 1);
  cases.begin = kFirst;
  const Calibration later = calibrate(cases, 0);
  EXPECT_EQ(later.left_out, 4 * 400);
  EXPECT_EQ(later.first, kFirst + 112);
  EXPECT_LT(*later.judged.slope.low, 1);
  EXPECT_GT(*later.judged.slope.high, 1);
  // Where data go far back, all days are learnt from.
  cases.begin = kFirst - 400;
  EXPECT_EQ(calibrate(cases, 0).left_out, 0);
}

TEST(CalibrationTest, AnInnocentFutureChangesNoForwardStatement) {
  // What happens after the last known day may be anything: what was stated before it stays.
  const Cases cases = make_cases(11, 200, 12, World{});
  Cases cut = cases;
  std::erase_if(cut.cases, [](const Case& c) { return c.as_of >= kFirst + 28 * 11; });
  Cases changed = cases;
  for (Case& c : changed.cases) {
    if (c.as_of >= kFirst + 28 * 11) c.known = Day::kMax;
  }
  const Calibration a = calibrate(cut, 0), b = calibrate(changed, 0);
  EXPECT_EQ(*a.judged.brier, *b.judged.brier);
  EXPECT_EQ(*a.judged.slope.value, *b.judged.slope.value);
}

TEST(CalibrationTest, CovarianceOfIndependentRowsIsThatOfTheBook) {
  // One column of halves: the variance of a log odds ratio is the sum of reciprocals of the counts.
  Lessons lessons;
  lessons.columns = 1;
  const int counts[2][2] = {{30, 10}, {20, 40}};
  for (int x = 0; x < 2; ++x) {
    for (int y = 0; y < 2; ++y) {
      for (int i = 0; i < counts[x][y]; ++i) {
        lessons.x.push_back(x);
        lessons.happened.push_back(static_cast<uint8_t>(y));
        lessons.cluster.push_back(static_cast<uint32_t>(lessons.cluster.size()));
      }
    }
  }
  stats::LogisticInput input{lessons.x, 1, lessons.happened};
  const auto fit = stats::fit_logistic(input);
  const auto covariance = covariance_of(fit->coefficient, lessons, 0);
  EXPECT_NEAR(covariance[0], 1 / 30.0 + 1 / 10.0, 1e-9);
  EXPECT_NEAR(covariance[3], 1 / 30.0 + 1 / 10.0 + 1 / 20.0 + 1 / 40.0, 1e-9);
  EXPECT_NEAR(covariance[1], -(1 / 30.0 + 1 / 10.0), 1e-9);
}

}  // namespace
}  // namespace kenko::validate
