#include "plays/power.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "plays/clusters.h"
#include "plays/outcomes.h"
#include "plays/student_t.h"

namespace kenko::plays {
namespace {

constexpr double kLevel = 0.975, kPower = 0.8;

// What the past says of a mean, for one cluster.
struct Spread {
  ClusterMean mean;
  double clusters = 0, cases = 0;
};

std::optional<Spread> spread_of(std::span<const EffectRow> past, Outcome outcome) {
  Clusters clusters;
  for (const EffectRow& row : past) {
    if (!row.complete) continue;
    if (const auto value = value_of(row, outcome)) clusters.add(row.top_parent, *value);
  }
  if (clusters.count() < kFewestParents) return std::nullopt;
  return Spread{cluster_mean(clusters.sums()), static_cast<double>(clusters.count()),
                static_cast<double>(clusters.cases())};
}

struct Arms {
  double treated = 0, held_out = 0;  // top parents
};

// Quantiles for a difference whose arms have the variances given: each arm of n clusters has its part of the degrees
// that as many clusters of the past have.
double both_quantiles(const Spread& spread, const Arms& arms, double treated_variance, double held_out_variance) {
  const double part = spread.mean.degrees / (spread.clusters - 1);
  const ClusterMean a{0, treated_variance, std::max(1.0, part * (arms.treated - 1))};
  const ClusterMean b{0, held_out_variance, std::max(1.0, part * (arms.held_out - 1))};
  const double degrees = std::max(1.0, welch_degrees(a, b));
  return student_quantile(kLevel, degrees) + student_quantile(kPower, degrees);
}

std::optional<double> detectable_mean(const std::optional<Spread>& spread, const Arms& arms) {
  if (!spread || spread->mean.variance <= 0) return std::nullopt;
  const double one = spread->mean.variance * spread->clusters;
  const double a = one / arms.treated, b = one / arms.held_out;
  return both_quantiles(*spread, arms, a, b) * std::sqrt(a + b);
}

// The fall f of a rate so that f is as large as what would be found between rate - f and rate.
std::optional<double> detectable_fall(const Spread& spread, double design_effect, const Arms& arms) {
  const double rate = spread.mean.mean, cases = spread.cases / spread.clusters;
  const auto found = [&](double fall) {
    const double left = rate - fall;
    const double a = design_effect * left * (1 - left) / (arms.treated * cases);
    const double b = design_effect * rate * (1 - rate) / (arms.held_out * cases);
    return fall >= both_quantiles(spread, arms, a, b) * std::sqrt(a + b);
  };
  if (!found(rate)) return std::nullopt;
  double low = 0, high = rate;
  constexpr double kPrecise = 1e-6;
  while (high - low > kPrecise) {
    const double middle = (low + high) / 2;
    (found(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Detectable detectable(std::span<const EffectRow> past, int64_t parents, double share) {
  KENKO_CHECK(share > 0 && share < 1, "a hold-out of {}", share);
  Detectable out;
  out.held_out_parents = std::llround(static_cast<double>(parents) * share);
  out.treated_parents = parents - out.held_out_parents;
  const std::optional<Spread> churn = spread_of(past, Outcome::churn);
  if (churn) {
    out.churn_now = churn->mean.mean;
    const double plain = churn->mean.mean * (1 - churn->mean.mean) / churn->cases;
    if (plain > 0) out.design_effect = std::max(1.0, churn->mean.variance / plain);
  }
  if (std::min(out.held_out_parents, out.treated_parents) < kFewestParents) return out;
  const Arms arms{static_cast<double>(out.treated_parents), static_cast<double>(out.held_out_parents)};
  out.score = detectable_mean(spread_of(past, Outcome::score), arms);
  out.arr = detectable_mean(spread_of(past, Outcome::arr), arms);
  if (out.design_effect) out.churn = detectable_fall(*churn, *out.design_effect, arms);
  return out;
}

}  // namespace kenko::plays
