#include "fit/score_function.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fit/fitted_fixture.h"

namespace kenko::fit {
namespace {

// The roll-up once more, slowly and in the words of docs/SEMANTICS.md.
class Naive {
 public:
  Naive(const plan::Plan& plan, const validate::Panel& panel) : plan_(plan), panel_(panel) {}

  double score(size_t row) const {
    row_ = row;
    double weights = 0, sum = 0;
    for (uint32_t d = 0; d < plan_.dimensions.size(); ++d) {
      const double value = plan_.dimensions[d].parent ? NAN : dimension(d);
      if (std::isnan(value)) continue;
      weights += dimension_weight(d);
      sum += dimension_weight(d) * value;
    }
    const double held = std::clamp(sum / weights + panel_.parts.triggers[row] / 100.0, 0.0, 100.0);
    const int32_t limit = panel_.parts.limit[row];
    return limit == INT32_MAX ? held : std::min(held, limit / 100.0);
  }

 private:
  const plan::Changes* changes() const {
    return panel_.segment[row_] < 0 ? nullptr : &plan_.segments[static_cast<size_t>(panel_.segment[row_])].changes;
  }
  double dimension_weight(uint32_t d) const {
    if (const auto* c = changes()) {
      for (const auto& [at, w] : c->dimension_weights) {
        if (at == d) return w.as_double();
      }
    }
    return plan_.dimensions[d].weight.as_double();
  }
  double metric_weight(uint32_t m) const {
    if (const auto* c = changes()) {
      for (const auto& [at, w] : c->metric_weights) {
        if (at == m) return w.as_double();
      }
    }
    return plan_.metrics[m].weight.as_double();
  }
  double dimension(uint32_t d) const {
    const plan::Dimension& dim = plan_.dimensions[d];
    std::vector<std::pair<double, double>> members;
    for (uint32_t m = 0; m < plan_.metrics.size(); ++m) {
      if (plan_.metrics[m].dimension == d && metric_weight(m) > 0) members.emplace_back(metric_weight(m), points(m));
    }
    for (uint32_t n = 0; n < plan_.dimensions.size(); ++n) {
      if (plan_.dimensions[n].parent == d) members.emplace_back(dimension_weight(n), dimension(n));
    }
    std::erase_if(members, [](const auto& member) { return std::isnan(member.second); });
    if (members.empty()) return NAN;
    double weights = 0, sum = 0, plain = 0, least = 1e9;
    for (const auto& [w, y] : members) {
      weights += w;
      sum += w * y;
      plain += y;
      least = std::min(least, y);
    }
    if (dim.rollup == plan::Rollup::min) return least;
    if (dim.rollup == plan::Rollup::points) {
      return std::clamp(static_cast<double>(dim.start_micros) / 1e6 + plain, 0.0, 100.0);
    }
    return sum / weights;
  }
  double points(uint32_t m) const {
    const size_t at = row_ * plan_.metrics.size() + m;
    const double x = panel_.parts.input[at];
    if (std::isnan(x)) return panel_.points[at];
    const plan::Curve* c = &plan_.metrics[m].curve;
    if (const auto* own = changes()) {
      for (const auto& [metric, curve] : own->curves) {
        if (metric == m) c = &curve;
      }
    }
    using Kind = plan::Curve::Kind;
    const auto y = [](int64_t p) { return static_cast<double>(p) / 1e6; };
    if (c->kind == Kind::hill) {
      return x <= 0 ? 0 : 100 * std::pow(x, c->power) / (std::pow(x, c->power) + std::pow(c->half, c->power));
    }
    if (c->kind == Kind::each) return std::clamp(x * y(c->each_micros), -y(c->at_most_micros), y(c->at_most_micros));
    if (c->kind == Kind::category) {
      for (const auto& word : c->categories) {
        if (word.value == panel_.texts[static_cast<size_t>(x)]) return y(word.points_micros);
      }
      return y(*c->other);
    }
    const auto& p = c->points;
    if (c->kind == Kind::steps) {
      double out = y(p.front().points_micros);
      for (const auto& point : p) {
        if (point.x <= x) out = y(point.points_micros);
      }
      return out;
    }
    const auto between = [&](size_t i) {
      const double y0 = y(p[i].points_micros), y1 = y(p[i + 1].points_micros);
      return std::clamp(y0 + (y1 - y0) * (x - p[i].x) / (p[i + 1].x - p[i].x), 0.0, 100.0);
    };
    if (x < p.front().x) return c->open_below ? between(0) : y(p.front().points_micros);
    if (x > p.back().x) return c->open_above ? between(p.size() - 2) : y(p.back().points_micros);
    size_t i = 0;
    while (i + 2 < p.size() && x > p[i + 1].x) ++i;
    return between(i);
  }

  const plan::Plan& plan_;
  const validate::Panel& panel_;
  mutable size_t row_ = 0;
};

std::vector<uint32_t> all_rows(const validate::Panel& panel) {
  std::vector<uint32_t> rows(panel.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<double> random_theta(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<double> theta(count);
  for (double& t : theta) t = 0.6 * random.normal();
  return theta;
}

TEST(ScoreFunctionTest, IsTheRollUpAtTheAuthorsNumbers) {
  const plan::Plan plan = rich_plan();
  const validate::Panel panel = random_rows(plan, 200, 4, 1);
  const Parameters parameters(plan, true);
  const ScoreFunction f(plan, panel, parameters);
  const std::vector<double> none(parameters.count());
  const auto scores = f.scores(f.numbers(none), all_rows(panel), 2);
  const Naive naive(plan, panel);
  for (size_t r = 0; r < scores.size(); ++r) EXPECT_NEAR(scores[r], naive.score(r), 1e-4) << r;
}

TEST(ScoreFunctionTest, IsTheRollUpOfTheModelThatTheParametersMake) {
  const plan::Plan plan = rich_plan();
  const validate::Panel panel = random_rows(plan, 200, 3, 2);
  const Parameters parameters(plan, true);
  const ScoreFunction f(plan, panel, parameters);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const std::vector<double> theta = random_theta(parameters.count(), seed);
    const plan::Plan moved = parameters.apply(plan, theta);
    const auto by_theta = f.scores(f.numbers(theta), all_rows(panel), 1);
    const auto by_plan = f.scores(f.numbers(moved), all_rows(panel), 1);
    validate::Panel other = panel;  // the policy's points are those of the moved model
    for (size_t i = 0; i < other.points.size(); ++i) {
      const plan::Missing& missing = moved.metrics[i % plan.metrics.size()].missing;
      if (missing.kind == plan::Missing::Kind::score && std::isnan(other.parts.input[i])) {
        other.points[i] = static_cast<double>(missing.points_micros) / 1e6;
      }
    }
    const Naive naive(moved, other);
    for (size_t r = 0; r < by_plan.size(); ++r) {
      EXPECT_NEAR(by_plan[r], naive.score(r), 1e-4) << seed << ' ' << r;
      EXPECT_NEAR(by_plan[r], by_theta[r], 1.0) << "whole points and three digits are close " << seed << ' ' << r;
    }
  }
}

TEST(ScoreFunctionTest, GradientIsThatOfDifferences) {
  const plan::Plan plan = rich_plan();
  validate::Panel panel = random_rows(plan, 60, 2, 3);
  Random random(4);
  for (uint8_t& y : panel.outcome_in) y = random.chance(0.3) ? 1 : 0;
  const Parameters parameters(plan, true);
  const ScoreFunction f(plan, panel, parameters);
  const std::vector<double> theta = random_theta(parameters.count(), 5);
  const Link link{-0.7, 0.2};
  std::vector<double> gradient(parameters.count() + 2);
  const auto rows = all_rows(panel);
  EXPECT_GT(f.loss(theta, link, rows, gradient, 1), 0);
  constexpr double kStep = 1e-5;
  for (size_t p = 0; p < parameters.count(); ++p) {
    std::vector<double> up = theta, down = theta;
    up[p] += kStep;
    down[p] -= kStep;
    const double difference = (f.loss(up, link, rows, {}, 1) - f.loss(down, link, rows, {}, 1)) / (2 * kStep);
    EXPECT_NEAR(gradient[p], difference, 1e-4 * (1 + std::abs(difference))) << p;
  }
  const double by_intercept = (f.loss(theta, {link.intercept + kStep, link.log_slope}, rows, {}, 1) -
                               f.loss(theta, {link.intercept - kStep, link.log_slope}, rows, {}, 1)) /
                              (2 * kStep);
  EXPECT_NEAR(gradient[parameters.count()], by_intercept, 1e-4);
  const double by_slope = (f.loss(theta, {link.intercept, link.log_slope + kStep}, rows, {}, 1) -
                           f.loss(theta, {link.intercept, link.log_slope - kStep}, rows, {}, 1)) /
                          (2 * kStep);
  EXPECT_NEAR(gradient[parameters.count() + 1], by_slope, 1e-4);
}

TEST(ScoreFunctionTest, ThreadsDoNotMatter) {
  const plan::Plan plan = rich_plan();
  const validate::Panel panel = random_rows(plan, 3000, 4, 6);
  const Parameters parameters(plan, true);
  const ScoreFunction f(plan, panel, parameters);
  const std::vector<double> theta = random_theta(parameters.count(), 7);
  std::vector<double> one(parameters.count() + 2), three(parameters.count() + 2);
  EXPECT_EQ(f.loss(theta, {}, all_rows(panel), one, 1), f.loss(theta, {}, all_rows(panel), three, 3));
  EXPECT_EQ(one, three);
}

TEST(ParametersTest, CurvesKeepTheOrderOfTheirPoints) {
  const plan::Plan plan = rich_plan();
  const Parameters parameters(plan, true);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const plan::Plan moved = parameters.apply(plan, random_theta(parameters.count(), seed));
    const auto same_order = [](const plan::Curve& a, const plan::Curve& b) {
      for (size_t i = 0; i < a.points.size(); ++i) {
        EXPECT_EQ(a.points[i].x, b.points[i].x);
        EXPECT_GE(b.points[i].points_micros, 0);
        EXPECT_LE(b.points[i].points_micros, micros(100));
        EXPECT_EQ(b.points[i].points_micros % micros(1), 0) << "whole points";
        for (size_t j = 0; j < i; ++j) {
          if (a.points[i].points_micros <= a.points[j].points_micros) {
            EXPECT_LE(b.points[i].points_micros, b.points[j].points_micros);
          }
          if (a.points[i].points_micros >= a.points[j].points_micros) {
            EXPECT_GE(b.points[i].points_micros, b.points[j].points_micros);
          }
        }
      }
    };
    for (size_t m = 0; m < plan.metrics.size(); ++m) same_order(plan.metrics[m].curve, moved.metrics[m].curve);
    same_order(plan.segments[0].changes.curves[0].second, moved.segments[0].changes.curves[0].second);
    EXPECT_EQ(moved.metrics[0].curve.points[1].points_micros, moved.metrics[0].curve.points[2].points_micros)
        << "what was flat stays flat";
    EXPECT_EQ(moved.segments[0].changes.metric_weights[1].second, Decimal{}) << "what is left out stays out";
    const auto ratio = [](const plan::Plan& p) {
      return p.segments[0].changes.metric_weights[0].second.as_double() / p.metrics[0].weight.as_double();
    };
    EXPECT_NEAR(ratio(moved), ratio(plan), 0.02) << "a segment's weight goes with the model's";
  }
}

TEST(ParametersTest, NothingMovesAtZero) {
  const plan::Plan plan = rich_plan();
  const Parameters parameters(plan, true);
  const plan::Plan same = parameters.apply(plan, std::vector<double>(parameters.count()));
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    EXPECT_EQ(same.metrics[m].curve, plan.metrics[m].curve);
    EXPECT_EQ(same.metrics[m].weight, plan.metrics[m].weight);
  }
}

TEST(ParametersTest, WeightsHaveThreeDigits) {
  EXPECT_EQ(rounded_weight(43.1718).text(), "43.2");
  EXPECT_EQ(rounded_weight(0.0314159).text(), "0.0314");
  EXPECT_EQ(rounded_weight(1234.4).text(), "1230");
  EXPECT_EQ(rounded_weight(0).text(), "0.001");
  EXPECT_EQ(rounded_weight(9.999).text(), "10");
}

}  // namespace
}  // namespace kenko::fit
