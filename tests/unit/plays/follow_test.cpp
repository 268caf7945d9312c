#include "plays/follow.h"

#include <gtest/gtest.h>

#include "plays/company.h"

namespace kenko::plays {
namespace {

const std::string kSave = R"(kenko: 1
plays:
  save: {when: {band: red}, enrol: {cool_down: 90d}, stop: {after: 3d}, steps: [{name: a, role: owner, due: 1d}]}
)";

class FollowTest : public testing::Test {
 protected:
  // Closes a day of one account with a score in points.
  void close(double score, const std::string& band, int64_t arr = 1000, bool there = true, bool plays_run = true) {
    const Day day = company_.next;
    ++company_.next;
    alerts::ClosedDay closed = company_.day_of(
        day, there ? std::vector<Line>{{.account = "a", .band = band, .arr = arr}} : std::vector<Line>{});
    for (alerts::AccountDay& row : closed.accounts) row.score = static_cast<int32_t>(score * 100);
    if (plays_run) (void)advance(company_.state, company_.setup, closed, {}, {});
    follow_.close(closed, {}, plays_run ? &company_.state : nullptr);
  }
  Company company_{kSave};
  Follow follow_{company_.setup.plays, 0, 5};
};

TEST_F(FollowTest, ARowHasWhatWasKnownThenAndWhatCameOfIt) {
  for (int i = 0; i < 10; ++i) close(70 - i, "yellow");
  close(40, "red", 1000);
  ASSERT_EQ(follow_.rows().size(), 1U);
  EXPECT_FALSE(follow_.rows()[0].complete);
  for (int i = 1; i <= 4; ++i) close(40 + i, "red", 1200);
  EXPECT_FALSE(follow_.rows()[0].complete);
  close(50, "yellow", 1300);
  close(90, "yellow", 9000);  // after the horizon
  const EffectRow row = follow_.rows()[0];
  EXPECT_TRUE(row.complete);
  EXPECT_EQ(row.arm, Arm::treated);
  EXPECT_EQ(row.day, Day::of(2026, 3, 12));
  EXPECT_EQ(row.score, 40);
  EXPECT_EQ(row.change_before, -30);
  EXPECT_EQ(row.score_change, 10);
  EXPECT_EQ(row.arr_before, 1000);
  EXPECT_EQ(row.arr_after, 1300);
  EXPECT_FALSE(row.churned);
}

TEST_F(FollowTest, WhoLeavesKeepsTheLastScoreAndNoArr) {
  close(40, "red");
  close(30, "red");
  close(0, "", 0, false);
  for (int i = 0; i < 3; ++i) close(0, "", 0, false);
  const EffectRow row = follow_.rows()[0];
  EXPECT_TRUE(row.complete);
  EXPECT_TRUE(row.churned);
  EXPECT_EQ(row.score_change, -10);
  EXPECT_EQ(row.arr_after, 0);
}

TEST_F(FollowTest, LeavingAfterTheHorizonIsNone) {
  close(40, "red");
  for (int i = 0; i < 5; ++i) close(45, "orange");
  close(0, "", 0, false);
  EXPECT_TRUE(follow_.rows()[0].complete);
  EXPECT_FALSE(follow_.rows()[0].churned);
}

TEST_F(FollowTest, WhereThePlayCouldHaveBegunTheAccountIsToBeComparedWith) {
  for (int i = 0; i < 60; ++i) close(40, "red", 1000, true, false);
  ASSERT_EQ(follow_.rows().size(), 3U) << "once in four weeks";
  for (const EffectRow& row : follow_.rows()) EXPECT_EQ(row.arm, Arm::none);
  EXPECT_EQ(follow_.rows()[1].day - follow_.rows()[0].day, 28);
  EXPECT_TRUE(follow_.rows()[1].complete);
}

TEST_F(FollowTest, WhoHadItOnceIsNotComparedWith) {
  for (int i = 0; i < 40; ++i) close(40, "red");
  ASSERT_EQ(follow_.rows().size(), 1U);
  EXPECT_EQ(follow_.rows()[0].arm, Arm::treated);
}

}  // namespace
}  // namespace kenko::plays
