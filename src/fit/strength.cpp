#include "fit/strength.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "engine/in_order.h"
#include "fit/minimise.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr size_t kSampleOfStart = 2000;  // rows that tell what a solution looks like from where it is begun
constexpr int kStrengths = 9;            // tried for weights alone, and again with curves
constexpr int kMostWorse = 2;            // weaker strengths after the best so far
constexpr double kBetween = 4;           // one strength over the next
constexpr double kAlike = 1e-4;          // share of the log loss that makes no difference
constexpr double kGone = -30;            // parameter of a weight that is next to nothing

// Cholesky's factor of a positive definite matrix, in its lower half.
void factorise(std::vector<double>& a, size_t n) {
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
    a[j * n + j] = std::sqrt(std::max(a[j * n + j], 1e-300));
    for (size_t i = j + 1; i < n; ++i) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / a[j * n + j];
    }
  }
}

// The weighted sum of the inverse's diagonal of a positive definite matrix: of its factor L, the squares of L^-1.
double inverse_trace(std::vector<double> a, std::span<const double> weight) {
  const size_t n = weight.size();
  factorise(a, n);
  double trace = 0;
  std::vector<double> column(n);
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = j; i < n; ++i) {
      double sum = i == j ? 1 : 0;
      for (size_t k = j; k < i; ++k) sum -= a[i * n + k] * column[k];
      column[i] = sum / a[i * n + i];
      trace += weight[j] * column[i] * column[i];
    }
  }
  return trace;
}

// Variables in which the objective is nearly round: z = L' x, L L' being its second derivatives where one begins.
class Rounder {
 public:
  Rounder(std::vector<double> matrix, size_t n) : l_(std::move(matrix)), n_(n) { factorise(l_, n_); }

  [[nodiscard]] std::vector<double> to_round(std::span<const double> x) const {
    std::vector<double> z(n_);
    for (size_t i = 0; i < n_; ++i) {
      for (size_t j = i; j < n_; ++j) z[i] += l_[j * n_ + i] * x[j];
    }
    return z;
  }
  void from_round(std::span<const double> z, std::span<double> x) const {
    for (size_t i = n_; i-- > 0;) {
      double sum = z[i];
      for (size_t j = i + 1; j < n_; ++j) sum -= l_[j * n_ + i] * x[j];
      x[i] = sum / l_[i * n_ + i];
    }
  }
  // A gradient by x becomes one by z.
  void gradient(std::span<const double> by_x, std::span<double> by_z) const {
    for (size_t i = 0; i < n_; ++i) {
      double sum = by_x[i];
      for (size_t j = 0; j < i; ++j) sum -= l_[i * n_ + j] * by_z[j];
      by_z[i] = sum / l_[i * n_ + i];
    }
  }

 private:
  std::vector<double> l_;
  size_t n_;
};

}  // namespace

Information::Information(const ScoreFunction& function, std::span<const uint32_t> rows, const Solution& at, size_t most)
    : count_(function.parameters().count()), matrix_((count_ + 2) * (count_ + 2)), is_weight_(count_) {
  const Parameters& parameters = function.parameters();
  for (size_t m = 0; m < function.metric_count(); ++m) {
    if (parameters.metric_weight(m) != kFixed) is_weight_[parameters.metric_weight(m)] = 1;
  }
  for (size_t d = 0; d < function.dimension_count(); ++d) {
    if (parameters.dimension_weight(d) != kFixed) is_weight_[parameters.dimension_weight(d)] = 1;
  }
  std::vector<uint32_t> sample;
  const size_t n = std::min(rows.size(), most);
  for (size_t i = 0; i < n; ++i) sample.push_back(rows[i * rows.size() / n]);
  const double scale = n == 0 ? 0 : static_cast<double>(rows.size()) / static_cast<double>(n);
  const double slope = std::exp(at.link.log_slope) / 10;
  std::vector<double> g(count_ + 2);
  std::vector<size_t> there;
  function.gradients(at.theta, sample, [&](double score, std::span<const double> by_parameter) {
    const double log_odds = at.link.log_odds(score), p = stats::logistic(log_odds);
    for (size_t a = 0; a < count_; ++a) g[a] = -slope * by_parameter[a];
    g[count_] = 1;
    g[count_ + 1] = log_odds - at.link.intercept;
    there.clear();
    for (size_t a = 0; a < g.size(); ++a) {
      if (g[a] != 0) there.push_back(a);
    }
    for (const size_t a : there) {
      for (const size_t b : there) matrix_[a * g.size() + b] += scale * p * (1 - p) * g[a] * g[b];
    }
  });
}

std::vector<uint32_t> Information::moving(const Hold& hold) const {
  std::vector<uint32_t> out;
  for (uint32_t p = 0; p < count_; ++p) {
    if (std::isfinite(strength(hold, p))) out.push_back(p);
  }
  return out;
}

double Information::effective(const Hold& hold) const {
  const std::vector<uint32_t> parameters = moving(hold);
  const size_t n = parameters.size();
  std::vector<double> a(n * n), strengths(n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) a[i * n + j] = of(parameters[i], parameters[j]);
    strengths[i] = strength(hold, parameters[i]);
    a[i * n + i] += strengths[i];
  }
  return static_cast<double>(n) - inverse_trace(std::move(a), strengths);
}

double Information::greatest(bool curves) const {
  double out = 0;
  for (size_t i = 0; i < count_; ++i) {
    if ((is_weight_[i] == 0) == curves) out = std::max(out, of(i, i));
  }
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

namespace {

// Where the score that a search begins with foretells nothing, its slope is next to nothing, and no weight makes a
// difference any more.  So a search begins with some slope.
Solution with_slope(Solution start) {
  constexpr double kLeastSlope = -2;
  start.link.log_slope = std::max(start.link.log_slope, kLeastSlope);
  return start;
}

}  // namespace

Solution solve(const ScoreFunction& function, std::span<const uint32_t> rows, const Hold& hold, const Solution& from,
               int threads) {
  if (hold.everything()) return solve_link(function, rows, threads);
  const Solution start = with_slope(from);
  const size_t count = function.parameters().count();
  const Information information(function, rows, start, kSampleOfStart);
  std::vector<uint32_t> moving = information.moving(hold);
  const size_t n = moving.size();
  std::vector<double> strength(n), matrix((n + 2) * (n + 2)), x(n + 2), by_x(n + 2);
  for (size_t i = 0; i < n; ++i) {
    strength[i] = information.strength(hold, moving[i]);
    x[i] = start.theta[moving[i]];
  }
  x[n] = start.link.intercept;
  x[n + 1] = start.link.log_slope;
  moving.push_back(static_cast<uint32_t>(count));
  moving.push_back(static_cast<uint32_t>(count + 1));
  constexpr double kLeast = 1e-3;  // keeps the matrix positive where the rows say nothing of the link
  for (size_t i = 0; i < n + 2; ++i) {
    for (size_t j = 0; j < n + 2; ++j) {
      matrix[i * (n + 2) + j] = information.of(moving[i], moving[j]);
    }
    matrix[i * (n + 2) + i] += i < n ? strength[i] : kLeast;
  }
  const Rounder rounder(std::move(matrix), n + 2);
  std::vector<double> theta(count), full(count + 2);
  const auto place = [&](std::span<const double> z) {
    rounder.from_round(z, x);
    for (size_t i = 0; i < n; ++i) theta[moving[i]] = x[i];
    return Link{x[n], x[n + 1]};
  };
  const auto f = [&](std::span<const double> z, std::span<double> gradient) {
    const Link link = place(z);
    double value = function.loss(theta, link, rows, full, threads, hold.moves_curves());
    for (size_t i = 0; i < n + 2; ++i) by_x[i] = full[moving[i]];
    for (size_t i = 0; i < n; ++i) {
      value += strength[i] / 2 * x[i] * x[i];
      by_x[i] += strength[i] * x[i];
    }
    rounder.gradient(by_x, gradient);
    return value;
  };
  const Minimum found = minimise(rounder.to_round(x), f, {150, 1e-7, true});
  Solution out;
  out.link = place(found.x);
  out.theta = theta;
  return out;
}

namespace {

// Loss on rows that were not learnt from, with an intercept of their own: how many have the outcome differs from season
// to season, the order of accounts is what a score is for.
double judged_loss(const ScoreFunction& function, const Solution& solution, std::span<const uint32_t> rows) {
  const std::vector<double> scores = function.scores(function.numbers(solution.theta), rows, 1);
  constexpr int kSteps = 20;
  double shift = 0, loss = 0;
  for (int step = 0; step <= kSteps; ++step) {
    double slope = 0, bend = 0;
    loss = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const double y = function.outcome(rows[i]) ? 1 : 0;
      const double log_odds = solution.link.log_odds(scores[i]) + shift;
      const double small = std::exp(-std::abs(log_odds));
      const double p = log_odds >= 0 ? 1 / (1 + small) : small / (1 + small);
      loss += std::max(log_odds, 0.0) + std::log1p(small) - y * log_odds;
      slope += p - y;
      bend += p * (1 - p);
    }
    if (std::abs(slope) < 1e-9 * static_cast<double>(rows.size()) || bend <= 0) break;
    shift -= std::clamp(slope / bend, -2.0, 2.0);
  }
  return loss;
}

// Chooses on folds.
class Choice {
 public:
  Choice(const ScoreFunction& function, std::span<const uint32_t> rows, const Folds& folds, double most_effective,
         int threads)
      : function_(function),
        rows_(rows),
        folds_(folds.folds),
        most_effective_(most_effective),
        threads_(threads),
        link_(solve_link(function, rows, threads)),
        information_(function, rows, with_slope(link_)) {
    for (const Fold& fold : folds_) judged_ += static_cast<double>(fold.test.size());
    out_.ordered = folds.ordered;
    out_.folds = folds_.size();
  }

  Chosen run() {
    try_all({Hold{}});
    if (!folds_.empty()) {
      try_all(strengths([](double strength) { return Hold{strength, Hold{}.curves}; }, false));
      const double weights = out_.trials[best()].hold.weights;
      try_all(strengths([&](double strength) { return Hold{weights, strength}; }, true));
    }
    const size_t chosen = best();
    out_.trials[chosen].chosen = true;
    without_each(chosen);
    out_.solution = link_;
    for (const Trial& trial : way_to(chosen)) {
      out_.solution = solve(function_, rows_, trial.hold, out_.solution, threads_);
    }
    return std::move(out_);
  }

 private:
  template <typename Make>
  std::vector<Hold> strengths(const Make& make, bool curves) const {
    std::vector<Hold> out;
    double strength = information_.greatest(curves) * kBetween;
    for (int i = 0; i < kStrengths && strength > 0; ++i, strength /= kBetween) {
      const Hold hold = make(strength);
      if (hold.everything() || information_.effective(hold) > most_effective_) break;
      out.push_back(hold);
    }
    return out;
  }

  // Solves each fold along the holds, each from the one before, and judges; until it only gets worse.
  void try_all(const std::vector<Hold>& holds) {
    std::vector<Solution> last = solutions_.empty() ? std::vector<Solution>(folds_.size()) : solutions_[best()];
    int worse = 0;
    for (const Hold& hold : holds) {
      std::vector<double> loss(folds_.size());
      engine::at_once(
          folds_.size(), threads_, [] { return 0; },
          [&](int, size_t f) {
            last[f] = solve(function_, folds_[f].train, hold, last[f], 1);
            loss[f] = judged_loss(function_, last[f], folds_[f].test);
          });
      Trial trial{hold, hold.everything() ? 0 : information_.effective(hold), 0, false};
      for (const double of_fold : loss) trial.log_loss += of_fold / judged_;
      // Numbers that are held fast hardly move, and are not worse for it.
      const double least = out_.trials.empty() ? trial.log_loss : out_.trials[best()].log_loss;
      out_.trials.push_back(trial);
      solutions_.push_back(last);
      losses_.push_back(std::move(loss));
      if (trial.log_loss < least) worse = 0;
      if (trial.log_loss > least * (1 + kAlike)) ++worse;
      if (worse == kMostWorse) break;
    }
  }

  [[nodiscard]] size_t best() const {
    size_t least = 0;
    for (size_t t = 1; t < out_.trials.size(); ++t) {
      if (out_.trials[t].log_loss < out_.trials[least].log_loss) least = t;
    }
    const double enough = out_.trials[least].log_loss * (1 + kAlike);
    size_t out = least;
    for (size_t t = 0; t < out_.trials.size(); ++t) {
      if (out_.trials[t].log_loss <= enough && out_.trials[t].effective < out_.trials[out].effective) out = t;
    }
    return out;
  }

  // From strong to weak, weights before curves.
  [[nodiscard]] std::vector<Trial> way_to(size_t chosen) const {
    const Hold& last = out_.trials[chosen].hold;
    std::vector<Trial> out;
    for (size_t t = 0; t <= chosen; ++t) {
      const Hold& hold = out_.trials[t].hold;
      if (hold.everything() || hold.weights < last.weights) continue;
      out.push_back(out_.trials[t]);
    }
    return out;
  }

  void without_each(size_t chosen) {
    const Parameters& parameters = function_.parameters();
    out_.loss_without.assign(function_.metric_count(), 0);
    engine::at_once(
        function_.metric_count(), threads_, [] { return 0; },
        [&](int, size_t m) {
          const uint32_t p = parameters.metric_weight(m);
          if (p == kFixed) return;
          for (size_t f = 0; f < folds_.size(); ++f) {
            Solution s = solutions_[chosen][f];
            s.theta[p] = kGone;
            const double without = judged_loss(function_, s, folds_[f].test);
            out_.loss_without[m] += (without - losses_[chosen][f]) / judged_;
          }
        });
  }

  const ScoreFunction& function_;
  std::span<const uint32_t> rows_;
  const std::vector<Fold>& folds_;
  double most_effective_;
  int threads_;
  Solution link_;
  Information information_;
  double judged_ = 0;
  Chosen out_;
  std::vector<std::vector<Solution>> solutions_;  // by trial and fold
  std::vector<std::vector<double>> losses_;
};

}  // namespace

const Trial& Chosen::best() const {
  const auto at = std::find_if(trials.begin(), trials.end(), [](const Trial& t) { return t.chosen; });
  KENKO_CHECK(at != trials.end(), "nothing was chosen");
  return *at;
}

Chosen choose(const ScoreFunction& function, std::span<const uint32_t> rows, const Folds& folds, double most_effective,
              int threads) {
  return Choice(function, rows, folds, most_effective, threads).run();
}

}  // namespace kenko::fit
