#include "validate/paired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "validate/made_panel.h"

namespace kenko::validate {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;

BacktestOptions quick() {
  BacktestOptions options;
  options.resamples = 200;
  return options;
}

// The same panel by a score with so much noise on it.
Panel blurred(const Panel& panel, uint64_t seed, double points) {
  Random random(seed);
  Panel out = panel;
  for (int32_t& s : out.score) {
    s = std::clamp(s + static_cast<int32_t>(100 * points * random.normal()), 0, 10'000);
  }
  return out;
}

Comparison comparison(Paired paired) {
  Comparison c;
  c.before = "now";
  c.after = "draft";
  c.paired = std::move(paired);
  return c;
}

auto has_code(const char* code) { return Contains(Field("code", &Finding::code, code)); }

// Takes a row out of all columns.
void erase_row(Panel& p, size_t row) {
  const auto at = static_cast<std::ptrdiff_t>(row);
  for (auto* c : {&p.day, &p.account, &p.cluster}) c->erase(c->begin() + at);
  for (auto* c : {&p.score, &p.change, &p.coverage, &p.to_renewal, &p.to_outcome, &p.observed})
    c->erase(c->begin() + at);
  p.band.erase(p.band.begin() + at);
  p.segment.erase(p.segment.begin() + at);
  for (auto* c : {&p.arr, &p.amount}) c->erase(c->begin() + at);
  for (auto* c : {&p.outcome_in, &p.treated}) c->erase(c->begin() + at);
  p.reason.erase(p.reason.begin() + at);
  const auto width = static_cast<std::ptrdiff_t>(p.metrics.size());
  for (auto* c : {&p.values, &p.points}) c->erase(c->begin() + at * width, c->begin() + (at + 1) * width);
}

TEST(PairedTest, ABetterScoreIsSaidToBeBetterAndTheOtherWayRound) {
  const Panel good = make_panel(1, 400, 10, 0.6), bad = blurred(good, 9, 40);
  const Paired better = compare_panels(bad, good, quick());
  EXPECT_GT(*better.measures.front().difference.low, 0);
  EXPECT_THAT(findings_of(comparison(better)), has_code("foretells-better"));
  const Paired worse = compare_panels(good, bad, quick());
  EXPECT_THAT(findings_of(comparison(worse)), has_code("foretells-worse"));
  for (size_t m = 0; m < better.measures.size(); ++m) {
    EXPECT_NEAR(*better.measures[m].difference.value, -*worse.measures[m].difference.value, 1e-12);
    EXPECT_NEAR(*better.measures[m].difference.value,
                *better.measures[m].after.value - *better.measures[m].before.value, 1e-12);
  }
}

TEST(PairedTest, PairedIntervalsAreNarrowerThanThoseOfEach) {
  const Panel one = make_panel(2, 400, 8, 0.5), two = blurred(one, 3, 3);
  const PairedMeasure auc = compare_panels(one, two, quick()).measures.front();
  EXPECT_LT(*auc.difference.high - *auc.difference.low, (*auc.before.high - *auc.before.low) / 2);
}

TEST(PairedTest, BetweenTwoThatAreTheSameButForNoiseNothingIsClaimed) {
  int claimed = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Panel truth = make_panel(seed, 200, 6, 0.5);
    const auto findings = findings_of(
        comparison(compare_panels(blurred(truth, seed + 500, 15), blurred(truth, seed + 900, 15), quick())));
    claimed += std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
      return f.code == "foretells-better" || f.code == "foretells-worse";
    });
  }
  EXPECT_LE(claimed, 4) << "95 % intervals may miss 1 in 20";
}

TEST(PairedTest, RowsOfOneAloneAreCountedAndLeftOut) {
  const Panel one = make_panel(3, 200, 6, 0.5);
  Panel two = one;
  std::vector<size_t> taken;
  int64_t outcomes = 0;
  for (size_t r = two.rows(); r-- > 0;) {
    if (two.score[r] >= 1000) continue;
    outcomes += two.outcome_in[r];
    taken.push_back(r);
    erase_row(two, r);
  }
  ASSERT_FALSE(taken.empty());
  const Paired p = compare_panels(one, two, quick());
  EXPECT_EQ(p.only_before.rows, std::ssize(taken));
  EXPECT_EQ(p.only_before.outcomes, outcomes);
  EXPECT_EQ(p.only_after.rows, 0);
  EXPECT_EQ(p.rows, std::ssize(two.day));
  EXPECT_EQ(p.measures.front().difference.value, 0) << "on the same rows both are the same";
  EXPECT_THAT(findings_of(comparison(p)), has_code("scored-by-one"));
}

TEST(PairedTest, RowsWithAnotherOutcomeArePairedWithNothing) {
  const Panel one = make_panel(4, 100, 4, 0.5);
  Panel two = one;
  two.outcome_in[7] ^= 1;
  const PairedRows rows = pair_rows(one, two);
  EXPECT_EQ(rows.other_outcome, 1);
  EXPECT_EQ(rows.after.size(), two.rows() - 1);
}

TEST(PairedTest, RowsAreJoinedByDayAndAccountWithinTheDaysAskedFor) {
  const Panel one = make_panel(8, 50, 5, 0.5);
  Panel two = one;
  erase_row(two, 3);
  const PairedRows rows = pair_rows(one, two, one.days[0], one.days[1]);
  EXPECT_EQ(rows.only_before, std::vector<uint32_t>{3});
  EXPECT_TRUE(rows.only_after.empty());
  size_t inside = 0;
  for (size_t r = 0; r < one.rows(); ++r) inside += one.day[r] <= 1 ? 1 : 0;
  ASSERT_EQ(rows.before.size(), inside - 1);
  for (size_t i = 0; i < rows.before.size(); ++i) {
    EXPECT_EQ(one.account[rows.before[i]], two.account[rows.after[i]]);
    EXPECT_EQ(one.day[rows.before[i]], two.day[rows.after[i]]);
  }
}

TEST(PairedTest, DaysOfOneAloneDoNotMatter) {
  const Panel one = make_panel(5, 100, 6, 0.5);
  Panel two = one;
  two.days.back() = two.days.back() + 1;  // no common day any more
  const Paired p = compare_panels(one, two, quick());
  EXPECT_EQ(p.days.size(), one.days.size() - 1);
  EXPECT_EQ(p.only_before.rows, 0) << "the other could not have them";
}

TEST(PairedTest, TooFewOutcomesAreSaidToBe) {
  Panel one = make_panel(6, 100, 3, 0, -100);
  for (uint32_t a = 0; a < 12; ++a) one.outcome_in[a] = 1;
  const auto findings = findings_of(comparison(compare_panels(one, blurred(one, 1, 30), quick())));
  EXPECT_THAT(findings, has_code("too-few-outcomes"));
  EXPECT_THAT(findings, Not(has_code("foretells-worse")));
}

}  // namespace
}  // namespace kenko::validate
