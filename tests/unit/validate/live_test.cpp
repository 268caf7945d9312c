#include "validate/live.h"

#include <gtest/gtest.h>

#include "validate/band_moves.h"
#include "validate/made_panel.h"

namespace kenko::validate {
namespace {

BacktestOptions quick() {
  BacktestOptions options;
  options.resamples = 200;
  return options;
}

const Look* find(const std::vector<Look>& looks, LookKind kind) {
  for (const Look& l : looks) {
    if (l.kind == kind) return &l;
  }
  return nullptr;
}

// Since this as-of day the score is the other way round.
Panel broken(Panel p, uint32_t since) {
  for (size_t r = 0; r < p.rows(); ++r) {
    if (p.day[r] >= since) p.score[r] = 10'000 - p.score[r];
  }
  return p;
}

TEST(LiveTest, AScoreThatStaysWhatItWasIsSilent) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Panel p = make_panel(seed, 400, 12, 0.5);
    std::vector<Look> looks = live_performance(p, p.score, 84, quick()).looks;
    judge(looks, 0.05);
    for (const Look& l : looks) EXPECT_FALSE(l.found) << "seed " << seed << ": " << word(l.kind) << ", p " << l.p;
  }
}

TEST(LiveTest, AFallIsFound) {
  const Panel p = broken(make_panel(1, 800, 12, 0.5, -3), 9);
  std::vector<Look> looks = live_performance(p, p.score, 84, quick()).looks;
  judge(looks, 0.05);
  ASSERT_NE(find(looks, LookKind::foretelling), nullptr);
  EXPECT_TRUE(find(looks, LookKind::foretelling)->found);
}

TEST(LiveTest, AnotherRateThanStatedIsFound) {
  Panel p = make_panel(2, 800, 12, 0.3, -4);
  Random random(1);
  for (size_t r = 0; r < p.rows(); ++r) {
    if (p.day[r] >= 9 && random.chance(0.3)) p.outcome_in[r] = 1;
  }
  std::vector<Look> looks = live_performance(p, p.score, 84, quick()).looks;
  judge(looks, 0.05);
  ASSERT_NE(find(looks, LookKind::rate), nullptr);
  EXPECT_TRUE(find(looks, LookKind::rate)->found);
}

TEST(LiveTest, PeriodsPartTheDaysAndLeaveOutWhatWasNotPublished) {
  Panel p = make_panel(3, 100, 12, 0.5);
  p.last_day = p.last_day - 56;  // the last two horizons have not ended
  std::vector<int32_t> scores = p.score;
  int64_t left_out = 0;
  for (size_t r = 0; r < p.rows(); r += 5) {
    scores[r] = score::kNoScore;
    ++left_out;
  }
  const Live live = live_performance(p, scores, 84, quick());
  ASSERT_EQ(live.periods.size(), 3U);
  EXPECT_EQ(live.periods[0].to, p.days[6]);
  EXPECT_EQ(live.periods[1].from, p.days[7]);
  EXPECT_EQ(live.periods[1].to, p.days[9]);
  EXPECT_EQ(live.periods[2].period, LivePeriod::open);
  EXPECT_FALSE(live.periods[2].auc_within.value) << "their horizon has not ended";
  EXPECT_TRUE(live.periods[2].concordance.value);
  int64_t rows = 0;
  for (const LiveLine& line : live.periods) rows += line.rows;
  EXPECT_EQ(rows + left_out, std::ssize(p.day));
}

TEST(FlappingTest, ComingBackSoonIsAReturn) {
  Flapping f;
  f.days = 10;
  f.within = 2;
  f.add(std::vector<int32_t>{0, 0, 1, 0, 0, 0});   // there and back in a day
  f.add(std::vector<int32_t>{0, 1, 1, 1, 1, 0});   // back after four
  f.add(std::vector<int32_t>{0, 1, -1, 0, 1, 2});  // a day without a band is skipped
  f.add(std::vector<int32_t>{-1, -1});
  f.add(std::vector<int32_t>{2, 2, 2});
  EXPECT_EQ(f.accounts, 4);
  EXPECT_EQ(f.moved, 3);
  EXPECT_EQ(f.returned, 2);
  EXPECT_EQ(f.moves, 2 + 2 + 4);
  EXPECT_EQ(f.returns, 1 + 2);
}

TEST(BandMatrixTest, EveryAccountStandsInOneCell) {
  const Panel p = make_panel(4, 60, 5, 0.5);
  const BandMatrix m = band_matrix(p, 1, 3);
  int64_t all = 0, then = 0, gone = 0, before = 0, after = 0;
  for (size_t from = 0; from < 4; ++from) {
    for (size_t to = 0; to < 4; ++to) {
      all += m.accounts[from][to];
      EXPECT_EQ(m.arr[from][to], m.accounts[from][to] * 1'000'000);
      if (from < 3) then += m.accounts[from][to];
      if (from < 3 && to == 3) gone += m.accounts[from][to];
    }
  }
  for (const uint32_t d : p.day) {
    before += d == 1 ? 1 : 0;
    after += d == 3 ? 1 : 0;
  }
  EXPECT_EQ(then, before);
  EXPECT_EQ(all, before) << "nobody came";
  EXPECT_EQ(gone, before - after);
}

}  // namespace
}  // namespace kenko::validate
