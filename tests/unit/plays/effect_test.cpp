#include "plays/effect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "plays/matching.h"
#include "plays/worlds.h"

namespace kenko::plays {
namespace {

// KENKO_LONG=1: 200 worlds of each kind; KENKO_SEED draws others (of thirty times 200 worlds of one kind 95.2 to 95.4 %
// were covered, so that a set of other worlds can fall out of 91 to 99 % by chance).
bool is_long() {
  const char* value = std::getenv("KENKO_LONG");
  return value != nullptr && std::string_view(value) != "0";
}
uint64_t first_seed() {
  const char* value = std::getenv("KENKO_SEED");
  return value == nullptr ? 7000 : std::strtoull(value, nullptr, 10);
}
int worlds() { return is_long() ? 200 : 20; }

struct Told {
  int worlds = 0, covered = 0, claimed = 0;
  void add(const Measured& found, double truth) {
    if (!found.effect.low) return;
    ++worlds;
    covered += *found.effect.low <= truth && truth <= *found.effect.high ? 1 : 0;
    claimed += found.claimed() ? 1 : 0;
  }
  // 91-99 % of 200 worlds, 16 of 20; without an effect one is claimed in 9 % of 200, 4 of 20.
  void expect_covers(const char* what) const {
    ::testing::Test::RecordProperty(what, std::to_string(covered) + " of " + std::to_string(worlds));
    ASSERT_GE(worlds, ::kenko::plays::worlds() * 9 / 10) << what;
    if (is_long()) {
      EXPECT_GE(covered, 0.91 * worlds) << what << " of " << worlds;
      EXPECT_LE(covered, 0.99 * worlds) << what << " of " << worlds;
    } else {
      EXPECT_GE(covered, 0.8 * worlds) << what << " of " << worlds;
    }
  }
  void expect_quiet(const char* what) const {
    EXPECT_LE(claimed, (is_long() ? 0.09 : 0.2) * worlds) << what << " of " << worlds;
  }
};

struct ToldAll {
  Told score, churn, arr;
  void add(const PlayEffect& found, const World& world) {
    score.add(found.score, world.points);
    churn.add(found.churn, -world.fall);
    arr.add(found.arr, arr_effect(world));
  }
};

struct Named {
  const char* name;
  World world;
};

void PrintTo(const Named& kind, std::ostream* out) { *out << kind.name; }

class Worlds : public testing::TestWithParam<Named> {};

TEST_P(Worlds, TheIntervalCoversThePlantedEffectAndNoneIsClaimedWhereThereIsNone) {
  World world = GetParam().world;
  for (const bool planted : {true, false}) {
    world.points = planted ? 6 : 0;
    world.fall = planted ? 0.12 : 0;
    ToldAll told;
    for (int i = 0; i < worlds(); ++i) {
      const uint64_t seed = first_seed() + static_cast<uint64_t>(i) + (planted ? 0 : 100'000);
      const PlayEffect found = effect_of(rows_of(world, seed), 7);
      ASSERT_EQ(found.basis, Basis::held_out);
      told.add(found, world);
    }
    SCOPED_TRACE(testing::Message() << (planted ? "planted" : "none") << ", worlds from KENKO_SEED=" << first_seed());
    told.score.expect_covers(planted ? "score" : "score_without");
    told.churn.expect_covers(planted ? "churn" : "churn_without");
    told.arr.expect_covers(planted ? "arr" : "arr_without");
    if (!planted) {
      told.score.expect_quiet("score");
      told.churn.expect_quiet("churn");
      told.arr.expect_quiet("arr");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Worlds,
                         testing::Values(Named{"few_parents", {.parents = 48, .share = 0.3, .skew = 1.2}},
                                         Named{"a_fifth_held_out", {.parents = 90, .share = 0.2, .skew = 1.2}},
                                         Named{"skewed_arr", {.parents = 80, .share = 0.3, .skew = 2}},
                                         Named{"large_groups", {.parents = 60, .share = 0.4, .skew = 1, .largest = 40}},
                                         Named{"single_accounts",
                                               {.parents = 100, .share = 0.2, .skew = 1, .largest = 1}}),
                         [](const auto& kind) { return kind.param.name; });

// The play takes more of the accounts with low scores, whose scores rise by themselves; matching takes that out.
TEST(EffectTest, AMatchedComparisonCoversThePlantedEffect) {
  ToldAll told;
  double plain = 0;
  World world{.parents = 200, .share = 0, .skew = 0.5, .points = 6, .fall = 0.12};
  for (int i = 0; i < worlds(); ++i) {
    const uint64_t seed = first_seed() + static_cast<uint64_t>(i);
    std::vector<EffectRow> rows = matched_rows_of(world, seed);
    double sum[2] = {}, count[2] = {};
    for (const EffectRow& row : rows) {
      sum[row.arm == Arm::treated] += *row.score_change;
      ++count[row.arm == Arm::treated];
    }
    plain += (sum[1] / count[1] - sum[0] / count[0] - world.points) / worlds();
    const PlayEffect found = effect_of(rows, seed);
    ASSERT_EQ(found.basis, Basis::matched);
    ASSERT_TRUE(found.balance);
    EXPECT_LT(std::abs(found.balance->score), 0.2) << "seed " << seed;
    told.add(found, world);
  }
  EXPECT_GT(plain, 1) << "without matching the regression to the mean would count as the play's doing";
  told.score.expect_covers("score");
  told.churn.expect_covers("churn");
  told.arr.expect_covers("arr");
}

TEST(EffectTest, FewerThanFiveTopParentsInAnArmAreTooFew) {
  World world{.parents = 80, .share = 0.3, .points = 6};
  std::vector<EffectRow> rows = rows_of(world, 3);
  ASSERT_TRUE(effect_of(rows, 1).score.effect.low);
  std::vector<uint32_t> held;
  for (const EffectRow& row : rows) {
    if (row.arm == Arm::held_out && (held.empty() || held.back() != row.top_parent)) held.push_back(row.top_parent);
  }
  ASSERT_GT(held.size(), 5U);
  std::erase_if(rows, [&](const EffectRow& row) { return row.arm == Arm::held_out && row.top_parent > held[3]; });
  const PlayEffect found = effect_of(rows, 1);
  EXPECT_EQ(found.score.compared_parents, 4);
  EXPECT_FALSE(found.score.effect.low);
  EXPECT_TRUE(found.score.effect.value) << "the means are shown all the same";
  EXPECT_EQ(found.score.too_few.english(), "too few: " + std::to_string(found.score.treated_parents) +
                                               " treated and 4 compared top parents, 5 of each are needed");
}

TEST(EffectTest, OutcomesOfOneKindOnlyAreTooFew) {
  World world{.parents = 60, .share = 0.3};
  std::vector<EffectRow> rows = rows_of(world, 3);
  for (EffectRow& row : rows) row.churned = row.account % 40 == 0;
  const PlayEffect found = effect_of(rows, 1);
  EXPECT_TRUE(found.score.effect.low);
  EXPECT_FALSE(found.churn.effect.low);
  EXPECT_NE(found.churn.too_few.english().find("at least 5 must have left"), std::string::npos);
}

TEST(EffectTest, OnlyTheFirstTimeOfAnAccountCountsAndOnlyAClosedHorizon) {
  World world{.parents = 60, .share = 0.3};
  std::vector<EffectRow> rows = rows_of(world, 9);
  const PlayEffect once = effect_of(rows, 1);
  std::vector<EffectRow> twice;
  for (const EffectRow& row : rows) {
    twice.push_back(row);
    twice.push_back(row);
    twice.back().day = row.day + 100;
    *twice.back().score_change += 50;
  }
  const PlayEffect again = effect_of(twice, 1);
  EXPECT_EQ(again.again, static_cast<int64_t>(rows.size()));
  EXPECT_EQ(again.score.effect, once.score.effect);

  rows[0].complete = false;
  const PlayEffect fewer = effect_of(rows, 1);
  EXPECT_EQ(fewer.waiting, 1);
  EXPECT_EQ(fewer.score.treated + fewer.score.compared, once.score.treated + once.score.compared - 1);
}

TEST(EffectTest, TheArrOfAllTreatedTurnsTheShareIntoMoney) {
  World world{.parents = 60, .share = 0.3, .fall = 0.1};
  const std::vector<EffectRow> rows = rows_of(world, 9);
  const PlayEffect found = effect_of(rows, 1);
  double before = 0;
  for (const EffectRow& row : rows) before += row.arm == Arm::treated ? *row.arr_before : 0;
  EXPECT_NEAR(*found.arr_amount, *found.arr.effect.value * before, 1e-6 * before);
  EXPECT_NEAR(*found.arr.effect.value, *found.arr.treated_mean - *found.arr.compared_mean, 1e-12);
}

EffectRow row_of(uint32_t account, Arm arm, double score, double arr, int day, uint32_t segment = 1) {
  EffectRow row;
  row.account = row.top_parent = account;
  row.arm = arm;
  row.day = Day{day};
  row.segment = segment;
  row.score = score;
  row.change_before = 0;
  row.arr_before = arr;
  row.complete = true;
  return row;
}

TEST(MatchingTest, TakesTheNearestWithinTheLimitsAndNobodyTwice) {
  const std::vector<EffectRow> rows{
      row_of(1, Arm::treated, 50, 100, 0), row_of(2, Arm::treated, 51, 100, 0), row_of(3, Arm::none, 51.5, 100, 0),
      row_of(4, Arm::none, 55.5, 100, 0),   // too far from 1, not from 2, which is taken nearer
      row_of(5, Arm::none, 49, 201, 0),     // more than twice the ARR
      row_of(6, Arm::none, 50, 100, 31),    // too late
      row_of(7, Arm::none, 50, 100, 0, 2),  // another segment
      row_of(8, Arm::none, 47, 100, 30),
  };
  const std::vector<Pair> pairs = match(rows);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].treated, 1U);
  EXPECT_EQ(pairs[0].other, 2U);
  EXPECT_EQ(pairs[1].treated, 0U);
  EXPECT_EQ(pairs[1].other, 7U);
}

TEST(MatchingTest, AnAccountOfTheSameTopParentIsNoMatch) {
  std::vector<EffectRow> rows{row_of(1, Arm::treated, 50, 100, 0), row_of(2, Arm::none, 50, 100, 0)};
  EXPECT_EQ(match(rows).size(), 1U);
  rows[1].top_parent = 1;
  EXPECT_TRUE(match(rows).empty());
}

TEST(MatchingTest, NothingToCompareWithIsSaid) {
  World world{.parents = 30, .share = 0};
  const PlayEffect found = effect_of(rows_of(world, 1), 1);
  EXPECT_EQ(found.basis, Basis::nothing);
  EXPECT_FALSE(found.score.effect.low);
  EXPECT_FALSE(found.score.too_few.empty());
  EXPECT_GT(found.unlike, 30);
}

}  // namespace
}  // namespace kenko::plays
