#include "fit/folds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"

namespace kenko::fit {
namespace {

using validate::Panel;

// `accounts` in groups of two below one parent, on `days` days `step` apart, one in five with the outcome.
Panel make_panel(int accounts, int days, int step, int horizon, int gap = 0) {
  Random random(7);
  Panel p;
  p.horizon = horizon;
  p.gap = gap;
  for (int a = 0; a < accounts; ++a) p.accounts.push_back("a" + std::to_string(a));
  for (int d = 0; d < days; ++d) {
    p.days.push_back(*Day::parse("2024-01-01") + step * d);
    for (uint32_t a = 0; a < static_cast<uint32_t>(accounts); ++a) {
      p.day.push_back(static_cast<uint32_t>(d));
      p.account.push_back(a);
      p.cluster.push_back(a / 2 * 2);
      p.outcome_in.push_back(random.chance(0.2) ? 1 : 0);
    }
  }
  return p;
}

Rows all_rows(const Panel& p) {
  Rows rows(p.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::set<uint32_t> clusters(const Panel& p, const Rows& rows) {
  std::set<uint32_t> out;
  for (const uint32_t row : rows) out.insert(p.cluster[row]);
  return out;
}

Day last_day(const Panel& p, const Rows& rows) { return p.days[p.day[rows.back()]]; }
Day first_day(const Panel& p, const Rows& rows) { return p.days[p.day[rows.front()]]; }

TEST(HoldOut, LeavesNoHorizonThatReachesIntoTheTestDays) {
  const Panel p = make_panel(10, 12, 28, 90, 10);
  const HoldOut h = hold_out(p);
  EXPECT_EQ(h.test_days, (std::vector<uint32_t>{8, 9, 10, 11}));
  EXPECT_EQ(h.train_days, (std::vector<uint32_t>{0, 1, 2, 3, 4}));  // 4 x 28 + 100 <= 8 x 28 < 5 x 28 + 100
  EXPECT_EQ(h.train.size(), 50U);
  EXPECT_EQ(h.test.size(), 40U);
  EXPECT_EQ(h.between, 30);
}

TEST(HoldOut, AHorizonThatEndsOnTheFirstTestDayIsOver) {
  const Panel p = make_panel(2, 3, 90, 90);
  EXPECT_EQ(hold_out(p).train_days, (std::vector<uint32_t>{0, 1}));
}

TEST(Folds, JudgeOtherParentsLater) {
  const Panel p = make_panel(200, 24, 28, 90);
  const Folds folds = make_folds(p, all_rows(p));
  ASSERT_TRUE(folds.ordered);
  EXPECT_EQ(folds.folds.size(), 12U);
  for (const Fold& fold : folds.folds) {
    const std::set<uint32_t> learnt = clusters(p, fold.train), judged = clusters(p, fold.test);
    std::vector<uint32_t> both;
    std::set_intersection(learnt.begin(), learnt.end(), judged.begin(), judged.end(), std::back_inserter(both));
    EXPECT_TRUE(both.empty());
    EXPECT_LE(last_day(p, fold.train) + 90, first_day(p, fold.test));
    EXPECT_TRUE(std::is_sorted(fold.train.begin(), fold.train.end()));
  }
}

TEST(Folds, EveryRowOfALaterDayIsJudgedOnce) {
  const Panel p = make_panel(200, 24, 28, 90);
  std::map<uint32_t, int> times;
  for (const Fold& fold : make_folds(p, all_rows(p)).folds) {
    for (const uint32_t row : fold.test) ++times[row];
  }
  const Day first = p.days[p.day[times.begin()->first]];
  for (uint32_t row = 0; row < p.rows(); ++row) {
    EXPECT_EQ(times.contains(row) ? times[row] : 0, p.days[p.day[row]] >= first ? 1 : 0) << row;
  }
}

TEST(Folds, AShortHistoryIsJudgedByOtherAccountsAlone) {
  const Panel p = make_panel(200, 5, 14, 90);
  const Folds folds = make_folds(p, all_rows(p));
  EXPECT_FALSE(folds.ordered);
  EXPECT_EQ(folds.folds.size(), 4U);
  size_t judged = 0;
  for (const Fold& fold : folds.folds) {
    judged += fold.test.size();
    EXPECT_EQ(fold.train.size() + fold.test.size(), p.rows());
  }
  EXPECT_EQ(judged, p.rows());
}

TEST(Folds, GroupsHaveAboutAsManyOutcomes) {
  Panel p = make_panel(80, 1, 28, 90);
  std::fill(p.outcome_in.begin(), p.outcome_in.end(), uint8_t{0});
  for (size_t a = 0; a < 40; a += 2) p.outcome_in[a] = 1;  // twenty parents
  const Folds folds = make_folds(p, all_rows(p));
  ASSERT_EQ(folds.folds.size(), 4U);
  for (const Fold& fold : folds.folds) {
    EXPECT_EQ(std::count_if(fold.test.begin(), fold.test.end(), [&](uint32_t r) { return p.outcome_in[r] != 0; }), 5);
  }
}

TEST(Folds, TooFewOutcomesMakeNone) {
  Panel p = make_panel(80, 1, 28, 90);
  std::fill(p.outcome_in.begin(), p.outcome_in.end(), uint8_t{0});
  for (size_t a = 0; a < 12; ++a) p.outcome_in[a] = 1;
  EXPECT_TRUE(make_folds(p, all_rows(p)).folds.empty());
}

TEST(Folds, OnlyTheGivenRowsAreDealt) {
  const Panel p = make_panel(200, 5, 14, 90);
  Rows rows;
  for (uint32_t row = 0; row < p.rows(); ++row) {
    if (p.day[row] < 2) rows.push_back(row);
  }
  for (const Fold& fold : make_folds(p, rows).folds) EXPECT_EQ(fold.train.size() + fold.test.size(), rows.size());
}

}  // namespace
}  // namespace kenko::fit
