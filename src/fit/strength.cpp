#include "fit/strength.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "engine/in_order.h"
#include "fit/minimise.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr size_t kSample = 4000;  // rows that Information looks at
constexpr int kStrengths = 9;     // tried for weights alone, and again with curves
constexpr double kBetween = 4;    // one strength over the next
constexpr double kAlike = 1e-4;   // share of the log loss that makes no difference
constexpr double kGone = -30;     // parameter of a weight that is next to nothing

std::vector<uint32_t> movable(const Parameters& parameters, bool curves, size_t metrics, size_t dimensions) {
  std::vector<uint32_t> out;
  if (curves) {
    for (uint32_t p = 0; p < parameters.count(); ++p) out.push_back(p);
    return out;
  }
  for (size_t m = 0; m < metrics; ++m) {
    if (parameters.metric_weight(m) != kFixed) out.push_back(parameters.metric_weight(m));
  }
  for (size_t d = 0; d < dimensions; ++d) {
    if (parameters.dimension_weight(d) != kFixed) out.push_back(parameters.dimension_weight(d));
  }
  return out;
}

// The sum of the inverse's diagonal of a positive definite matrix: of its Cholesky factor L, the squares of L^-1.
double inverse_trace(std::vector<double> a, size_t n) {
  double trace = 0;
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
    a[j * n + j] = std::sqrt(std::max(a[j * n + j], 1e-300));
    for (size_t i = j + 1; i < n; ++i) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / a[j * n + j];
    }
  }
  std::vector<double> column(n);
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = j; i < n; ++i) {
      double sum = i == j ? 1 : 0;
      for (size_t k = j; k < i; ++k) sum -= a[i * n + k] * column[k];
      column[i] = sum / a[i * n + i];
      trace += column[i] * column[i];
    }
  }
  return trace;
}

double spread_of_link(const ScoreFunction& function, std::span<const uint32_t> rows, const Link& link, int threads,
                      double& slope) {
  const std::vector<double> none(function.parameters().count());
  const std::vector<double> scores = function.scores(function.numbers(none), rows, threads);
  double intercept = 0;
  slope = 0;
  for (const double score : scores) {
    const double p = stats::logistic(link.log_odds(score));
    const double x = link.intercept - link.log_odds(score);
    intercept += p * (1 - p);
    slope += p * (1 - p) * x * x;
  }
  return intercept;
}

}  // namespace

Information::Information(const ScoreFunction& function, std::span<const uint32_t> rows, const Link& link, int threads)
    : count_(function.parameters().count()), matrix_(count_ * count_) {
  const Parameters& parameters = function.parameters();
  weights_ = movable(parameters, false, function.metric_count(), function.dimension_count());
  all_ = movable(parameters, true, function.metric_count(), function.dimension_count());
  std::vector<uint32_t> sample;
  const size_t n = std::min(rows.size(), kSample);
  for (size_t i = 0; i < n; ++i) sample.push_back(rows[i * rows.size() / n]);
  const std::vector<double> theta(count_);
  const Numbers numbers = function.numbers(theta);
  const std::vector<double> scores = function.scores(numbers, sample, threads);
  const double scale = n == 0 ? 0 : static_cast<double>(rows.size()) / static_cast<double>(n);
  const double slope = std::exp(link.log_slope) / 10;
  std::vector<double> g(count_);
  std::vector<size_t> there;
  for (size_t i = 0; i < n; ++i) {
    function.gradient(theta, numbers, sample[i], g);
    const double p = stats::logistic(link.log_odds(scores[i]));
    const double weight = scale * p * (1 - p) * slope * slope;
    there.clear();
    for (size_t a = 0; a < count_; ++a) {
      if (g[a] != 0) there.push_back(a);
    }
    for (const size_t a : there) {
      for (const size_t b : there) matrix_[a * count_ + b] += weight * g[a] * g[b];
    }
  }
}

double Information::effective(const Hold& hold) const {
  if (!std::isfinite(hold.strength)) return 0;
  const std::vector<uint32_t>& moving = hold.curves ? all_ : weights_;
  const size_t n = moving.size();
  std::vector<double> a(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) a[i * n + j] = matrix_[moving[i] * count_ + moving[j]];
    a[i * n + i] += hold.strength;
  }
  return static_cast<double>(n) - hold.strength * inverse_trace(std::move(a), n);
}

double Information::greatest() const {
  double out = 0;
  for (size_t i = 0; i < count_; ++i) out = std::max(out, of(i));
  return out;
}

Solution solve_link(const ScoreFunction& function, std::span<const uint32_t> rows, int threads) {
  const std::vector<double> theta(function.parameters().count());
  const std::vector<double> scores = function.scores(function.numbers(theta), rows, threads);
  std::vector<uint8_t> outcome(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) outcome[i] = function.outcome(rows[i]) ? 1 : 0;
  return {theta, link_of(scores, outcome)};
}

Link link_of(std::span<const double> scores, std::span<const uint8_t> outcome) {
  const auto f = [&](std::span<const double> x, std::span<double> gradient) {
    const Link link{x[0], x[1]};
    double loss = 0;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (size_t i = 0; i < scores.size(); ++i) {
      const double log_odds = link.log_odds(scores[i]), small = std::exp(-std::abs(log_odds));
      loss += std::max(log_odds, 0.0) + std::log1p(small) - outcome[i] * log_odds;
      const double back = (log_odds >= 0 ? 1 / (1 + small) : small / (1 + small)) - outcome[i];
      gradient[0] += back;
      gradient[1] += back * (log_odds - link.intercept);
    }
    const double n = std::max<double>(1, static_cast<double>(scores.size()));
    for (double& g : gradient) g /= n;
    return loss / n;
  };
  // Without power the slope sinks without end, which changes nothing any more.
  const Minimum found = minimise({-1, -1}, f, {100, 1e-10});
  return {found.x[0], std::max(found.x[1], -10.0)};
}

Solution solve(const ScoreFunction& function, std::span<const uint32_t> rows, const Hold& hold,
               const Information& information, const Solution& start, int threads) {
  if (!std::isfinite(hold.strength)) return solve_link(function, rows, threads);
  const Parameters& parameters = function.parameters();
  const std::vector<uint32_t> moving =
      movable(parameters, hold.curves, function.metric_count(), function.dimension_count());
  const size_t n = moving.size(), count = parameters.count();
  double slope_spread = 0;
  const double spread = spread_of_link(function, rows, start.link, threads, slope_spread);
  std::vector<double> scale(n + 2), x(n + 2);
  for (size_t i = 0; i < n; ++i) {
    scale[i] = 1 / std::sqrt(information.of(moving[i]) + hold.strength);
    x[i] = start.theta[moving[i]] / scale[i];
  }
  scale[n] = 1 / std::sqrt(spread + 1);
  scale[n + 1] = 1 / std::sqrt(slope_spread + 1);
  x[n] = start.link.intercept / scale[n];
  x[n + 1] = start.link.log_slope / scale[n + 1];
  std::vector<double> theta(count), full(count + 2);
  const auto place = [&](std::span<const double> at) {
    for (size_t i = 0; i < n; ++i) theta[moving[i]] = at[i] * scale[i];
    return Link{at[n] * scale[n], at[n + 1] * scale[n + 1]};
  };
  const auto f = [&](std::span<const double> at, std::span<double> gradient) {
    const Link link = place(at);
    double value = function.loss(theta, link, rows, full, threads);
    for (size_t i = 0; i < n; ++i) {
      const double t = theta[moving[i]];
      value += hold.strength / 2 * t * t;
      gradient[i] = (full[moving[i]] + hold.strength * t) * scale[i];
    }
    gradient[n] = full[count] * scale[n];
    gradient[n + 1] = full[count + 1] * scale[n + 1];
    return value;
  };
  const Minimum found = minimise(x, f, {150, 1e-7});
  Solution out;
  out.link = place(found.x);
  out.theta = theta;
  return out;
}

const Trial& Chosen::best() const {
  const auto at = std::find_if(trials.begin(), trials.end(), [](const Trial& t) { return t.chosen; });
  KENKO_CHECK(at != trials.end(), "nothing was chosen");
  return *at;
}

namespace {

// Trials from strong to weak: the author's, weights alone, curves too.
std::vector<Trial> trials_of(const Information& information, double most_effective) {
  std::vector<Trial> out(1);
  for (const bool curves : {false, true}) {
    double strength = information.greatest() * kBetween;
    for (int i = 0; i < kStrengths && strength > 0; ++i, strength /= kBetween) {
      Trial trial;
      trial.hold = {strength, curves};
      trial.effective = information.effective(trial.hold);
      if (trial.effective > most_effective) break;
      out.push_back(trial);
    }
  }
  return out;
}

// Solutions along the trials, each from the one before of its kind.
std::vector<Solution> path(const ScoreFunction& function, std::span<const uint32_t> rows,
                           const std::vector<Trial>& trials, const Information& information, int threads) {
  std::vector<Solution> out;
  for (size_t t = 0; t < trials.size(); ++t) {
    const bool first_of_kind = t == 0 || trials[t].hold.curves != trials[t - 1].hold.curves;
    const Solution start = t == 0 ? Solution{} : first_of_kind ? out.front() : out.back();
    out.push_back(solve(function, rows, trials[t].hold, information, start, threads));
  }
  return out;
}

}  // namespace

Chosen choose(const ScoreFunction& function, std::span<const uint32_t> rows, const Folds& folds, double most_effective,
              int threads) {
  Chosen out;
  out.ordered = folds.ordered;
  out.folds = folds.folds.size();
  const Solution link = solve_link(function, rows, threads);
  const Information information(function, rows, link.link, threads);
  out.trials = trials_of(information, most_effective);
  if (folds.folds.empty()) out.trials.resize(1);
  const size_t count = out.trials.size();
  std::vector<std::vector<Solution>> solutions(folds.folds.size());
  std::vector<std::vector<double>> losses(folds.folds.size(), std::vector<double>(count));
  engine::at_once(
      folds.folds.size(), threads, [] { return 0; },
      [&](int, size_t f) {
        const Fold& fold = folds.folds[f];
        solutions[f] = path(function, fold.train, out.trials, information, 1);
        for (size_t t = 0; t < count; ++t) {
          const Solution& s = solutions[f][t];
          losses[f][t] = function.loss(s.theta, s.link, fold.test, {}, 1);
        }
      });
  double judged = 0;
  for (const Fold& fold : folds.folds) judged += static_cast<double>(fold.test.size());
  size_t best = 0;
  for (size_t t = 0; t < count && judged > 0; ++t) {
    for (size_t f = 0; f < losses.size(); ++f) out.trials[t].log_loss += losses[f][t] / judged;
    if (out.trials[t].log_loss < out.trials[best].log_loss) best = t;
  }
  const double enough = out.trials[best].log_loss * (1 + kAlike);
  size_t chosen = best;
  for (size_t t = 0; t < count; ++t) {
    if (out.trials[t].log_loss <= enough && out.trials[t].effective < out.trials[chosen].effective) chosen = t;
  }
  out.trials[chosen].chosen = true;

  out.loss_without.assign(function.metric_count(), 0);
  const auto& parameters = function.parameters();
  engine::at_once(
      function.metric_count(), threads, [] { return 0; },
      [&](int, size_t m) {
        const uint32_t p = parameters.metric_weight(m);
        if (p == kFixed || judged == 0) return;
        for (size_t f = 0; f < folds.folds.size(); ++f) {
          Solution s = solutions[f][chosen];
          s.theta[p] = kGone;
          const double without = function.loss(s.theta, s.link, folds.folds[f].test, {}, 1);
          out.loss_without[m] += (without - losses[f][chosen]) / judged;
        }
      });
  std::vector<Trial> way;  // to the chosen one: its own kind only
  for (size_t t = 0; t <= chosen; ++t) {
    if (t == 0 || out.trials[t].hold.curves == out.trials[chosen].hold.curves) way.push_back(out.trials[t]);
  }
  out.solution = path(function, rows, way, information, threads).back();
  return out;
}

}  // namespace kenko::fit
