#include "plays/power.h"

#include <gtest/gtest.h>

#include "plays/worlds.h"

namespace kenko::plays {
namespace {

// What is said beforehand is found in about 80 of 100 worlds that have just that effect.
TEST(PowerTest, WhatItSaysIsFoundInAboutEightyPercentOfWorlds) {
  constexpr uint64_t kWorlds = 60;
  World world{.parents = 400, .share = 0, .skew = 0.6};
  const Detectable said = detectable(rows_of(world, 1), 90, 0.3);
  ASSERT_EQ(said.held_out_parents, 27);
  ASSERT_EQ(said.treated_parents, 63);
  ASSERT_TRUE(said.score && said.churn && said.arr);
  int score = 0, churn = 0;
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const World there{.parents = 90, .share = 0.3, .skew = 0.6, .points = *said.score, .fall = *said.churn};
    const PlayEffect found = effect_of(rows_of(there, 50 + seed), seed);
    score += found.score.claimed() ? 1 : 0;
    churn += found.churn.claimed() ? 1 : 0;
  }
  RecordProperty("score", score);
  RecordProperty("churn", churn);
  EXPECT_GE(score, 40);
  EXPECT_LE(score, 56);
  EXPECT_GE(churn, 38);
  EXPECT_LE(churn, 56);
}

TEST(PowerTest, MoreTopParentsFindLess) {
  World world{.parents = 400, .share = 0};
  const std::vector<EffectRow> past = rows_of(world, 1);
  const Detectable few = detectable(past, 100, 0.2), many = detectable(past, 400, 0.2),
                   even = detectable(past, 400, 0.5);
  EXPECT_NEAR(*few.score / *many.score, 2, 0.15) << "four times as many find half of it";
  EXPECT_LT(*even.score, *many.score) << "equal arms find the least";
  EXPECT_GT(*many.design_effect, 1);
}

TEST(PowerTest, WhereTheArmsAreTooSmallNothingIsPromised) {
  World world{.parents = 100, .share = 0};
  const Detectable said = detectable(rows_of(world, 1), 20, 0.2);
  EXPECT_EQ(said.held_out_parents, 4);
  EXPECT_FALSE(said.score);
  EXPECT_TRUE(said.churn_now);
}

TEST(PowerTest, ARareOutcomeCannotFallFarEnough) {
  World world{.parents = 300, .share = 0};
  std::vector<EffectRow> past = rows_of(world, 1);
  for (EffectRow& row : past) row.churned = row.account % 50 == 0;
  const Detectable said = detectable(past, 100, 0.2);
  EXPECT_NEAR(*said.churn_now, 0.02, 0.003);
  EXPECT_FALSE(said.churn) << "two of a hundred leave: twenty held out do not tell whether it is fewer";
}

TEST(PowerTest, APastWithoutVariationSaysNothing) {
  World world{.parents = 60, .share = 0};
  std::vector<EffectRow> past = rows_of(world, 1);
  for (EffectRow& row : past) row.score_change = 1;
  EXPECT_FALSE(detectable(past, 100, 0.2).score);
  EXPECT_FALSE(detectable({}, 100, 0.2).churn_now);
}

}  // namespace
}  // namespace kenko::plays
