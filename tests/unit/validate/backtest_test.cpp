#include "validate/backtest.h"

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

const MetricLine& metric(const Backtest& b, std::string_view name) {
  for (const MetricLine& m : b.metrics) {
    if (m.name == name) return m;
  }
  throw std::out_of_range(std::string(name));
}

auto has_code(const char* code) { return Contains(Field("code", &Finding::code, code)); }

TEST(BacktestTest, AScoreThatForetellsIsSaidToAndNoiseIsNot) {
  const Panel panel = make_panel(1, 400, 10, 0.6);
  const Backtest b = backtest(panel, quick());
  EXPECT_THAT(b.findings, has_code("foretells"));
  EXPECT_GT(*b.all.auc_within.low, 0.6);
  EXPECT_LT(*b.all.auc_within.low, *b.all.auc_within.value);
  EXPECT_GT(*b.all.lift.value, 1.5);
  EXPECT_LT(*b.trend_p, 0.001);
  EXPECT_NEAR(*b.shuffled_auc, 0.5, 0.03);
  EXPECT_GT(*metric(b, "true_one").auc.low, 0.6);
  EXPECT_LT(*metric(b, "noise").auc.low, 0.5);
  EXPECT_GT(*metric(b, "noise").auc.high, 0.5);
  EXPECT_EQ(metric(b, "true_one").alike, "twin");
  EXPECT_GT(metric(b, "true_one").alike_by, 0.95);
  EXPECT_EQ(b.metrics.back().name, "noise") << "the strongest stands first";
}

TEST(BacktestTest, WithoutPowerNothingIsClaimed) {
  int claimed = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Backtest b = backtest(make_panel(seed, 200, 6, 0), quick());
    claimed += std::any_of(b.findings.begin(), b.findings.end(),
                           [](const Finding& f) { return f.code == "foretells" || f.code == "upside-down"; })
                   ? 1
                   : 0;
  }
  EXPECT_LE(claimed, 4) << "95 % intervals may miss 1 in 20";
}

TEST(BacktestTest, BandsAndCutoffsAddUp) {
  const Panel panel = make_panel(3, 300, 8, 0.5);
  const Backtest b = backtest(panel, quick());
  int64_t rows = 0, outcomes = 0, arr = 0;
  for (const BandLine& line : b.bands) {
    rows += line.rows;
    outcomes += line.outcomes;
    arr += line.arr_lost;
    EXPECT_NEAR(*line.rate.value, static_cast<double>(line.outcomes) / static_cast<double>(line.rows), 1e-12);
  }
  EXPECT_EQ(rows, std::ssize(panel.day));
  EXPECT_EQ(outcomes, panel.outcomes());
  EXPECT_EQ(arr, panel.outcomes() * 1'000'000);
  ASSERT_EQ(b.cutoffs.size(), 2U) << "where the bands begin";
  for (const CutoffLine& line : b.cutoffs) {
    EXPECT_EQ(line.found + line.missed, panel.outcomes());
    EXPECT_EQ(line.found + line.missed + line.false_alarms + line.left_alone, std::ssize(panel.day));
  }
  EXPECT_EQ(b.cutoffs[0].found, b.bands[0].outcomes);
}

TEST(BacktestTest, ProbabilitiesAreStatedForwardAndComeOutRight) {
  const Panel panel = make_panel(5, 800, 24, 0.5);
  const Forward f = forward_probabilities(panel);
  EXPECT_LT(*f.brier, *f.brier_base);
  EXPECT_NEAR(*f.slope.value, 1, 0.3);
  EXPECT_LT(*f.slope.low, 1);
  EXPECT_GT(*f.slope.high, 1);
  for (size_t r = 0; r < panel.rows(); ++r) {
    const bool early = panel.days[panel.day[r]] < panel.days.front() + 90;
    EXPECT_TRUE(!early || std::isnan(f.p[r])) << "nothing was known yet";
  }
  // What happens later changes no probability stated before.
  Panel other = panel;
  const auto cut = static_cast<uint32_t>(panel.days.size() - 4);
  for (size_t r = 0; r < other.rows(); ++r) {
    if (other.day[r] >= cut) other.outcome_in[r] = 1;
  }
  const Forward changed = forward_probabilities(other);
  for (size_t r = 0; r < panel.rows(); ++r) {
    const bool stated_before = panel.day[r] <= cut && !std::isnan(f.p[r]);
    EXPECT_TRUE(!stated_before || f.p[r] == changed.p[r]);
  }
}

TEST(BacktestTest, LeadTimeRunsFromTheLastUnbrokenStay) {
  Panel p = make_panel(1, 1, 5, 0, -100);
  p.score = {3000, 5000, 3000, 2000, 1000};  // below 40 on days 0, 2, 3, 4
  p.outcome_in = {0, 0, 0, 0, 1};
  p.to_outcome = {kNoDays, kNoDays, kNoDays, kNoDays, 10};
  BacktestOptions options = quick();
  options.cutoffs = {4000};
  const Backtest b = backtest(p, options);
  EXPECT_EQ(b.cutoffs[0].leads, 1);
  EXPECT_DOUBLE_EQ(*b.cutoffs[0].lead_median, 2 * 28 + 10);
}

TEST(BacktestTest, TwelveOutcomesAreTooFewToClaimAnything) {
  Panel p = make_panel(2, 300, 4, 0, -100);
  for (uint32_t a = 0; a < 12; ++a) {
    p.outcome_in[a] = 1;
    p.to_outcome[a] = 5;
    p.score[a] = 0;
  }
  const Backtest b = backtest(p, quick());
  EXPECT_EQ(b.all.accounts_with, 12);
  EXPECT_THAT(b.findings, has_code("too-few-outcomes"));
  EXPECT_THAT(b.findings, Not(has_code("foretells")));
}

TEST(BacktestTest, AMetricThatKnowsTheFutureIsCaught) {
  Panel p = make_panel(4, 300, 8, 0.3);
  EXPECT_THAT(backtest(p, quick()).findings, Not(has_code("knows-the-future")));
  for (size_t r = 0; r < p.rows(); ++r) p.points[r * 3] = p.outcome_in[r] ? 0 : 100;
  EXPECT_THAT(backtest(p, quick()).findings, has_code("knows-the-future"));
}

TEST(BacktestTest, AnUpsideDownScoreIsSaidToBe) {
  const Panel p = make_panel(6, 400, 8, -0.5);
  const Backtest b = backtest(p, quick());
  EXPECT_THAT(b.findings, has_code("upside-down"));
  EXPECT_THAT(b.findings, has_code("wrong-way"));
}

TEST(BacktestTest, NeitherThreadsNorNothingElseChangeIt) {
  const Panel p = make_panel(7, 200, 6, 0.4);
  BacktestOptions one = quick(), three = quick();
  three.threads = 3;
  EXPECT_EQ(backtest(p, one).all.auc, backtest(p, three).all.auc);
  EXPECT_EQ(backtest(p, one).bands[0].rate, backtest(p, three).bands[0].rate);
}

TEST(BacktestTest, AScoreThatRestsOnOursIsSaidTo) {
  const Panel p = make_panel(8, 400, 8, 0.6);
  WithoutOurs none;
  none.any = true;
  EXPECT_THAT(backtest(p, quick(), none).findings, has_code("ours-not-reckoned"));
  WithoutOurs noise = none, same = none;
  for (size_t r = 0; r < p.rows(); ++r) {
    noise.score.push_back(p.points[r * 3]);
    same.score.push_back(p.score[r] / 100.0);
  }
  EXPECT_THAT(backtest(p, quick(), noise).findings, has_code("rests-on-ours"));
  const Backtest b = backtest(p, quick(), same);
  EXPECT_EQ(b.auc_without_ours, b.all.auc_within);
  EXPECT_THAT(b.findings, Not(has_code("rests-on-ours")));
  EXPECT_THAT(backtest(p, quick()).findings, Not(has_code("ours-not-reckoned")));
}

TEST(BacktestTest, AnEmptyPanelSaysSo) {
  Panel p = make_panel(7, 1, 1, 0);
  for (auto* column : {&p.day, &p.account, &p.cluster}) column->clear();
  for (auto* column : {&p.score, &p.change, &p.coverage, &p.to_renewal, &p.to_outcome, &p.observed}) column->clear();
  p.band.clear();
  p.segment.clear();
  for (auto* column : {&p.arr, &p.amount}) column->clear();
  for (auto* column : {&p.outcome_in, &p.treated}) column->clear();
  p.reason.clear();
  p.values.clear();
  p.points.clear();
  EXPECT_THAT(backtest(p, quick()).findings, has_code("no-rows"));
}

TEST(AsOfDaysTest, TheLastHorizonEndsWithTheData) {
  const Day first = *Day::parse("2024-01-01"), last = *Day::parse("2024-12-31");
  const auto days = as_of_days(first, last, 90, 7, 28);
  EXPECT_EQ(days.back() + 97, last);
  EXPECT_GE(days.front(), first);
  EXPECT_LT(days.front() - 28, first);
  EXPECT_EQ(days[1] - days[0], 28);
  EXPECT_TRUE(as_of_days(last - 50, last, 90, 0, 28).empty());
}

}  // namespace
}  // namespace kenko::validate
