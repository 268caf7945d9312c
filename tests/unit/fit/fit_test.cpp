#include "fit/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "fit/fitted_fixture.h"
#include "fit/judge.h"
#include "fit/minimise.h"

namespace kenko::fit {
namespace {

// Four metrics in two dimensions, all of one weight.
plan::Plan flat_plan() {
  plan::Plan p;
  p.model = "flat";
  plan::Node node;
  node.type = plan::Type::number;
  p.nodes.assign(4, node);
  plan::Dimension d;
  for (const char* name : {"one", "two"}) {
    d.name = d.label = name;
    d.weight = Decimal::whole(50);
    p.dimensions.push_back(d);
  }
  const plan::Curve straight = line({{0, 0}, {5, 50}, {10, 100}});
  p.metrics = {metric("a", 0, 1, straight), metric("b", 0, 1, straight), metric("c", 1, 1, straight),
               metric("noise", 1, 1, straight)};
  for (uint32_t m = 0; m < 4; ++m) p.metrics[m].node = p.metrics[m].points_node = m;
  p.bands = {{"red", 0, {}}, {"yellow", 4000, {}}, {"green", 7000, {}}};
  return p;
}

// The outcome follows a strongly, b and c weakly; `noise` not at all.
validate::Panel panel_of(const plan::Plan& plan, int accounts, int days, uint64_t seed, double base = -1.5) {
  validate::Panel p = random_rows(plan, accounts, days, seed);
  Random random(seed + 1000);
  const size_t n = plan.metrics.size();
  for (size_t r = 0; r < p.rows(); ++r) {
    p.parts.triggers[r] = 0;
    p.parts.limit[r] = INT32_MAX;
    double sum = 0;
    for (size_t m = 0; m < n; ++m) {
      const double x = random.uniform() * 10;
      p.values[r * n + m] = p.parts.input[r * n + m] = x;
      p.points[r * n + m] = 10 * x;
      sum += 10 * x / 4;
    }
    p.score[r] = p.parts.rolled_up[r] = static_cast<int32_t>(std::lround(sum * 100));
    const double health =
        0.6 * (p.points[r * n] - 50) + 0.15 * (p.points[r * n + 1] - 50) + 0.15 * (p.points[r * n + 2] - 50);
    p.outcome_in[r] = random.chance(stats::logistic(base - health / 10)) ? 1 : 0;
  }
  return p;
}

TEST(MinimiseTest, FindsTheValley) {
  const auto rosenbrock = [](std::span<const double> x, std::span<double> g) {
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    g[0] = -2 * a - 400 * b * x[0];
    g[1] = 200 * b;
    return a * a + 100 * b * b;
  };
  const Minimum found = minimise({-1.2, 1}, rosenbrock, {500, 0});
  EXPECT_NEAR(found.x[0], 1, 1e-4);
  EXPECT_NEAR(found.x[1], 1, 1e-4);
}

TEST(FitTest, FindsWhatDrivesTheOutcome) {
  const plan::Plan plan = flat_plan();
  const validate::Panel panel = panel_of(plan, 500, 9, 1);
  const Fit f = fit(plan, panel, {});
  ASSERT_FALSE(f.stays());
  const auto share = [&](size_t m) { return f.metrics[m].share_after; };
  EXPECT_GT(share(0), 0.5);
  EXPECT_GT(share(1), share(3));
  EXPECT_GT(share(2), share(3));
  EXPECT_LT(share(3), 0.08);
  EXPECT_EQ(f.metrics[3].useless, share(3) <= 0.05 && f.chosen.loss_without[3] <= 0);
  EXPECT_LT(f.chosen.loss_without[3], 0.001);
  EXPECT_FALSE(f.metrics[0].useless);
  EXPECT_GT(f.chosen.loss_without[0], 0.01);
  for (const Trial& t : f.chosen.trials) EXPECT_LE(t.effective, static_cast<double>(f.accounts_with) / 3);

  // On the late days, by the function alone.
  const Parameters parameters(plan, true);
  const ScoreFunction function(plan, panel, parameters);
  validate::Panel fitted = panel;
  Rows all(panel.rows());
  std::iota(all.begin(), all.end(), 0U);
  const auto scores = function.scores(function.numbers(f.judged), all, 1);
  for (size_t r = 0; r < all.size(); ++r) fitted.score[r] = static_cast<int32_t>(std::lround(scores[r] * 100));
  JudgeOptions options;
  options.resamples = 100;
  const Judgement j = judge(panel, fitted, panel.days[f.rows.test_days.front()], panel.days.back(), {}, {}, options);
  EXPECT_GT(*j.auc_within.difference.low, 0);
  EXPECT_EQ(j.rows, std::ssize(f.rows.test));
  EXPECT_EQ(j.lost + j.gained, 0);
}

TEST(FitTest, AScoreThatForetellsNothingIsNoDeadEnd) {
  // What is good and what is bad weigh the same: their sum says nothing, or the wrong thing.
  const plan::Plan plan = flat_plan();
  validate::Panel panel = panel_of(plan, 500, 9, 11);
  const size_t n = plan.metrics.size();
  Random random(12);
  for (size_t r = 0; r < panel.rows(); ++r) {
    const double health = 0.5 * (panel.points[r * n] - 50) - 0.55 * (panel.points[r * n + 3] - 50);
    panel.outcome_in[r] = random.chance(stats::logistic(-1.5 - health / 10)) ? 1 : 0;
  }
  const Fit f = fit(plan, panel, {});
  ASSERT_FALSE(f.stays());
  EXPECT_GT(f.metrics[0].share_after, 0.6);
  EXPECT_LT(f.metrics[3].share_after, 0.1);
}

TEST(FitTest, WhenTheAuthorIsRightNothingMuchMoves) {
  const plan::Plan plan = flat_plan();
  validate::Panel panel = panel_of(plan, 300, 9, 2);
  Random random(3);
  for (size_t r = 0; r < panel.rows(); ++r) {
    panel.outcome_in[r] = random.chance(stats::logistic(-1.5 - (panel.score[r] / 100.0 - 50) / 10)) ? 1 : 0;
  }
  const Fit f = fit(plan, panel, {});
  for (const MetricChange& m : f.metrics) {
    EXPECT_NEAR(m.share_after, 0.25, 0.06);
    EXPECT_FALSE(m.useless);
  }
}

TEST(FitTest, OneMetricHasACurveToLearn) {
  plan::Plan plan = flat_plan();
  plan.metrics.resize(1);
  plan.dimensions.resize(1);
  plan.metrics[0].curve = line({{0, 0}, {5, 90}, {10, 100}});
  validate::Panel panel = random_rows(plan, 500, 9, 9);
  Random random(10);
  for (size_t r = 0; r < panel.rows(); ++r) {
    panel.parts.triggers[r] = 0;
    panel.parts.limit[r] = INT32_MAX;
    const double x = random.uniform() * 10;
    panel.parts.input[r] = x;
    panel.points[r] = 1;
    panel.outcome_in[r] = random.chance(stats::logistic(1 - 0.6 * x)) ? 1 : 0;
  }
  const Fit f = fit(plan, panel, {});
  ASSERT_FALSE(f.stays());
  EXPECT_NEAR(static_cast<double>(f.plan.metrics[0].curve.points[1].points_micros) / 1e6, 50, 10) << "a straight line";
}

TEST(FitTest, ThreadsDoNotMatter) {
  const plan::Plan plan = flat_plan();
  const validate::Panel panel = panel_of(plan, 200, 8, 4);
  FitOptions three;
  three.threads = 3;
  const Fit a = fit(plan, panel, {}), b = fit(plan, panel, three);
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    EXPECT_EQ(a.plan.metrics[m].weight, b.plan.metrics[m].weight);
    EXPECT_EQ(a.plan.metrics[m].curve, b.plan.metrics[m].curve);
  }
  EXPECT_EQ(a.plan.bands, b.plan.bands);
  EXPECT_EQ(a.train_scores, b.train_scores);
}

TEST(FitTest, LateDaysAreNotLearntFrom) {
  const plan::Plan plan = flat_plan();
  validate::Panel panel = panel_of(plan, 200, 9, 5);
  const Fit before = fit(plan, panel, {});
  for (const uint32_t r : before.rows.test) panel.outcome_in[r] = 1 - panel.outcome_in[r];
  const Fit after = fit(plan, panel, {});
  for (size_t m = 0; m < plan.metrics.size(); ++m)
    EXPECT_EQ(before.plan.metrics[m].weight, after.plan.metrics[m].weight);
  EXPECT_EQ(before.plan.bands, after.plan.bands);
  FitOptions all_days;
  all_days.all_days = true;
  const Fit seen = fit(plan, panel, all_days);
  EXPECT_EQ(seen.judged.metrics[0].weight, after.judged.metrics[0].weight);
  EXPECT_NE(seen.plan.metrics[0].weight, after.plan.metrics[0].weight);
}

TEST(FitTest, SaysHowManyOutcomesAreNeeded) {
  const plan::Plan plan = flat_plan();
  validate::Panel panel = panel_of(plan, 300, 9, 6);
  EXPECT_FALSE(too_few(panel, hold_out(panel)));
  for (size_t r = 0; r < panel.rows(); ++r) panel.outcome_in[r] = panel.account[r] < 12 ? panel.outcome_in[r] : 0;
  const auto problem = too_few(panel, hold_out(panel));
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->code, "too-few-outcomes");
  EXPECT_THAT(problem->message, ::testing::HasSubstr("20 are needed"));
}

TEST(BandsTest, CutOffsKeepTheirShareOrTakeTheOneAskedFor) {
  const plan::Plan plan = flat_plan();
  const validate::Panel panel = panel_of(plan, 400, 6, 7);
  Rows rows(panel.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<double> scores;
  for (const uint32_t r : rows) scores.push_back(20 + panel.score[r] / 200.0);
  const auto share_below = [&](const std::vector<double>& s, double from) {
    return static_cast<double>(std::count_if(s.begin(), s.end(), [&](double x) { return x < from; })) /
           static_cast<double>(s.size());
  };
  std::vector<double> before;
  for (const uint32_t r : rows) before.push_back(panel.score[r] / 100.0);
  plan::Plan same = plan, capacity = plan, cost = plan;
  set_bands(plan, same, panel, rows, scores, {}, {});
  for (size_t k = 1; k < 3; ++k) {
    EXPECT_NEAR(share_below(scores, same.bands[k].from_hundredths / 100.0),
                share_below(before, plan.bands[k].from_hundredths / 100.0), 0.01);
  }
  set_bands(plan, capacity, panel, rows, scores, {}, {0.1, {}});
  EXPECT_NEAR(share_below(scores, capacity.bands[1].from_hundredths / 100.0), 0.1, 0.01);
  const double above = 1 - share_below(scores, same.bands[1].from_hundredths / 100.0);
  const double best = 1 - share_below(scores, same.bands[2].from_hundredths / 100.0);
  EXPECT_NEAR(1 - share_below(scores, capacity.bands[2].from_hundredths / 100.0), 0.9 * best / above, 0.01)
      << "the bands above share what is left";
  const Link link{-1, 0};  // log odds = -1 - (score - 50) / 10
  set_bands(plan, cost, panel, rows, scores, link, {{}, 5});
  EXPECT_NEAR(link.log_odds(cost.bands[1].from_hundredths / 100.0), -std::log(5.0), 0.02) << "odds of 1 to 5";
}

}  // namespace
}  // namespace kenko::fit
