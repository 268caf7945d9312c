#include "fit/minimise.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <numeric>

namespace kenko::fit {
namespace {

constexpr size_t kPairs = 10;
constexpr double kArmijo = 1e-4;
constexpr int kMostHalvings = 30;
constexpr double kFlat = 1e-12;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Pair {
  std::vector<double> step, change;
  double product = 0;
};

// Minus the inverse Hessian, as the pairs tell it, times the gradient.
std::vector<double> direction_of(const std::deque<Pair>& pairs, std::span<const double> gradient) {
  std::vector<double> d(gradient.begin(), gradient.end()), alpha(pairs.size());
  for (size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = dot(pairs[i].step, d) / pairs[i].product;
    for (size_t j = 0; j < d.size(); ++j) d[j] -= alpha[i] * pairs[i].change[j];
  }
  if (!pairs.empty()) {
    const double scale = pairs.back().product / dot(pairs.back().change, pairs.back().change);
    for (double& x : d) x *= scale;
  }
  for (size_t i = 0; i < pairs.size(); ++i) {
    const double beta = dot(pairs[i].change, d) / pairs[i].product;
    for (size_t j = 0; j < d.size(); ++j) d[j] += (alpha[i] - beta) * pairs[i].step[j];
  }
  for (double& x : d) x = -x;
  return d;
}

}  // namespace

Minimum minimise(std::vector<double> start, const Smooth& f, const MinimiseOptions& options) {
  const size_t n = start.size();
  Minimum out{std::move(start), 0, 0};
  std::vector<double> gradient(n), next_gradient(n), next(n);
  out.value = f(out.x, gradient);
  std::deque<Pair> pairs;
  for (; out.steps < options.most_steps; ++out.steps) {
    if (dot(gradient, gradient) < kFlat) break;
    std::vector<double> d = direction_of(pairs, gradient);
    double slope = dot(d, gradient);
    if (!(slope < 0)) {
      pairs.clear();
      d = direction_of(pairs, gradient);
      slope = dot(d, gradient);
    }
    // The first step has no scale yet: at most 1 long.
    double length = pairs.empty() && !options.round ? std::min(1.0, 1 / std::sqrt(dot(d, d))) : 1.0;
    double value = 0;
    int halvings = 0;
    for (; halvings < kMostHalvings; ++halvings, length /= 2) {
      for (size_t j = 0; j < n; ++j) next[j] = out.x[j] + length * d[j];
      value = f(next, next_gradient);
      if (std::isfinite(value) && value <= out.value + kArmijo * length * slope) break;
    }
    if (halvings == kMostHalvings) break;
    Pair pair{std::vector<double>(n), std::vector<double>(n), 0};
    for (size_t j = 0; j < n; ++j) {
      pair.step[j] = next[j] - out.x[j];
      pair.change[j] = next_gradient[j] - gradient[j];
    }
    pair.product = dot(pair.step, pair.change);
    if (pair.product > kFlat * dot(pair.change, pair.change)) {
      pairs.push_back(std::move(pair));
      if (pairs.size() > kPairs) pairs.pop_front();
    }
    const double gain = out.value - value;
    out.x = next;
    gradient = next_gradient;
    out.value = value;
    if (gain < options.least_gain * std::max(1.0, std::abs(value))) break;
  }
  return out;
}

}  // namespace kenko::fit
