#include "plays/clusters.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "plays/student_t.h"

namespace kenko::plays {
namespace {

constexpr double kTail = 0.025;          // of each side
constexpr size_t kMostExactLots = 4000;  // up to which all lots are gone through
constexpr size_t kDrawnLots = 1999;      // besides the true one
constexpr double kFarthest = 30;         // standard errors that an end of the interval may lie away

// How many ways there are to choose k of n; kMostExactLots + 1 when there are more.
size_t ways(size_t n, size_t k) {
  double count = 1;
  for (size_t i = 1; i <= std::min(k, n - k); ++i) {
    count = count * static_cast<double>(n - i + 1) / static_cast<double>(i);
    if (count > static_cast<double>(kMostExactLots)) return kMostExactLots + 1;
  }
  return static_cast<size_t>(count + 0.5);
}

// What one lot says of any supposed difference: the means of its arms are linear in it and their variances quadratic,
// so sums over its clusters are taken once.
class Lot {
 public:
  // clusters: those really treated first, `treated` of them.  held: 1 for those that this lot holds out.
  Lot(std::span<const ClusterSum> clusters, size_t treated, std::span<const uint8_t> held) {
    for (size_t i = 0; i < clusters.size(); ++i) arms_[held[i]].weight += clusters[i].weight;
    for (size_t i = 0; i < clusters.size(); ++i) {
      Arm& arm = arms_[held[i]];
      const double w = clusters[i].weight, s = clusters[i].sum, c = 1 / (1 - w / arm.weight);
      arm.sum += s;
      arm.ss += c * s * s;
      arm.sw += c * s * w;
      arm.ww += c * w * w;
      if (i >= treated) continue;
      arm.shifted += w;
      arm.st += c * s * w;
      arm.wt += c * w * w;
    }
  }

  // Mean of this lot's treated less mean of its held out, in standard errors, when `difference` is taken off those
  // really treated.
  [[nodiscard]] double studentized(double difference) const {
    double mean[2], variance[2];
    for (int i = 0; i < 2; ++i) {
      const Arm& arm = arms_[i];
      const double m = (arm.sum - difference * arm.shifted) / arm.weight;
      // The sum of c (s - d w [treated] - m w)^2.
      const double spread = arm.ss - 2 * difference * arm.st - 2 * m * arm.sw + difference * difference * arm.wt +
                            2 * difference * m * arm.wt + m * m * arm.ww;
      mean[i] = m;
      variance[i] = std::max(0.0, spread) / (arm.weight * arm.weight);
    }
    const double between = mean[0] - mean[1], both = variance[0] + variance[1];
    if (both > 0) return between / std::sqrt(both);
    return between == 0 ? 0 : std::copysign(HUGE_VAL, between);
  }

 private:
  // c = 1 / (1 - weight / weight of the arm).  Sums over the arm's clusters; `shifted`, `st`, `wt` over those of them
  // that were really treated.
  struct Arm {
    double weight = 0, sum = 0, shifted = 0;
    double ss = 0, sw = 0, ww = 0, st = 0, wt = 0;  // of c times squares and products
  };
  Arm arms_[2];
};

// The lot that was drawn, and those that might have been.
class Lots {
 public:
  Lots(std::span<const ClusterSum> treated, std::span<const ClusterSum> held_out, uint64_t seed)
      : clusters_(treated.begin(), treated.end()), treated_(treated.size()) {
    clusters_.insert(clusters_.end(), held_out.begin(), held_out.end());
    centre();
    const size_t n = clusters_.size(), k = held_out.size();
    std::vector<uint8_t> held(n, 0);
    std::fill(held.end() - static_cast<ptrdiff_t>(k), held.end(), uint8_t{1});
    lots_.emplace_back(clusters_, treated_, held);
    if (ways(n, k) <= kMostExactLots) {
      while (std::next_permutation(held.begin(), held.end())) add(held);  // it is the first of all in their order
    } else {
      draw(n, k, seed);
    }
  }

  // Whether `difference` is refused because few lots give one as far above (below = false) or below what it expects.
  [[nodiscard]] bool refuses(double difference, bool below) const {
    const double side = below ? -1 : 1;
    const double seen = side * lots_.front().studentized(difference) - kSame;
    const auto most = static_cast<size_t>(kTail * static_cast<double>(lots_.size()));
    size_t as_far = 0;
    for (size_t i = 0; i < lots_.size() && as_far <= most; ++i) {
      if (side * lots_[i].studentized(difference) >= seen) ++as_far;
    }
    return as_far <= most;
  }

  [[nodiscard]] bool can_refuse() const { return static_cast<double>(lots_.size()) * kTail >= 1; }

 private:
  static constexpr double kSame = 1e-9;  // standard errors: below it two lots say the same

  void add(std::span<const uint8_t> held) { lots_.emplace_back(clusters_, treated_, held); }

  // The common mean off all: differences stay, and squares lose no digits.
  void centre() {
    double weight = 0, sum = 0;
    for (const ClusterSum& cluster : clusters_) {
      weight += cluster.weight;
      sum += cluster.sum;
    }
    for (ClusterSum& cluster : clusters_) cluster.sum -= sum / weight * cluster.weight;
  }

  void draw(size_t n, size_t k, uint64_t seed) {
    std::vector<uint32_t> order(n);
    for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint32_t>(i);
    std::vector<uint8_t> held(n);
    Random random(seed);
    for (size_t lot = 0; lot < kDrawnLots; ++lot) {
      std::fill(held.begin(), held.end(), uint8_t{0});
      for (size_t i = 0; i < k; ++i) {
        const auto other = static_cast<size_t>(random.between(static_cast<int64_t>(i), static_cast<int64_t>(n) - 1));
        std::swap(order[i], order[other]);
        held[order[i]] = 1;
      }
      add(held);
    }
  }

  std::vector<ClusterSum> clusters_;  // the treated first
  size_t treated_;
  std::vector<Lot> lots_;  // the true one first
};

// The end of the interval on one side: the farthest difference from the one seen, `from`, that is not refused.  Where
// one cluster outweighs the others, one nearer by may be refused: so all of the way out is looked at.
std::optional<double> end_of(const Lots& lots, double from, double error, bool upper) {
  constexpr double kFirst = 0.5, kWider = 1.3, kPrecise = 5e-3;  // standard errors, and the factor of a step
  const double side = upper ? 1 : -1;
  // At the upper end the difference seen lies far below what is supposed.
  const auto refused = [&](double away) { return lots.refuses(from + side * away * error, upper); };
  double kept = 0, over = kFirst;
  for (double away = kFirst; away < kFarthest; away *= kWider) {
    if (refused(away)) continue;
    kept = away;
    over = away * kWider;
  }
  if (over >= kFarthest) return std::nullopt;
  while (over - kept > kPrecise) {
    const double middle = (kept + over) / 2;
    (refused(middle) ? over : kept) = middle;
  }
  return from + side * over * error;
}

// A share among clusters, with the number of independent cases that they are worth.
struct WorthCases {
  double share = 0, cases = 0;
};

stats::Interval wilson_of(const WorthCases& of, double quantile) {
  const double square = quantile * quantile;
  const double middle = (of.share + square / (2 * of.cases)) / (1 + square / of.cases);
  const double half = quantile / (1 + square / of.cases) *
                      std::sqrt(of.share * (1 - of.share) / of.cases + square / (4 * of.cases * of.cases));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

double cases_of(std::span<const ClusterSum> clusters) {
  double cases = 0;
  for (const ClusterSum& cluster : clusters) cases += cluster.weight;
  return cases;
}

}  // namespace

ClusterMean cluster_mean(std::span<const ClusterSum> clusters) {
  KENKO_CHECK(clusters.size() >= 2, "the spread of {} clusters", clusters.size());
  ClusterMean out;
  double weight = 0, sum = 0;
  for (const ClusterSum& cluster : clusters) {
    weight += cluster.weight;
    sum += cluster.sum;
  }
  out.mean = sum / weight;
  // With p the share of a cluster in the weight: the sum over pairs of p^2 q^2 / ((1 - p)(1 - q)) is the square of one
  // sum less its diagonal.
  double squares = 0, pairs = 0, diagonal = 0;
  for (const ClusterSum& cluster : clusters) {
    const double p = cluster.weight / weight;
    const double off = (cluster.sum - out.mean * cluster.weight) / weight;
    out.variance += off * off / (1 - p);
    squares += p * p;
    pairs += p * p / (1 - p);
    diagonal += (p * p / (1 - p)) * (p * p / (1 - p));
  }
  out.degrees = 1 / (squares + pairs * pairs - diagonal);
  return out;
}

double welch_degrees(const ClusterMean& a, const ClusterMean& b) {
  const double both = a.variance + b.variance;
  if (both <= 0) return std::min(a.degrees, b.degrees);
  return both * both / (a.variance * a.variance / a.degrees + b.variance * b.variance / b.degrees);
}

std::optional<stats::Interval> lot_interval(std::span<const ClusterSum> treated, std::span<const ClusterSum> held_out,
                                            uint64_t seed) {
  if (treated.size() < 2 || held_out.size() < 2) return std::nullopt;
  const ClusterMean a = cluster_mean(treated), b = cluster_mean(held_out);
  const double difference = a.mean - b.mean, error = std::sqrt(a.variance + b.variance);
  if (!(error > 0)) return std::nullopt;  // everyone alike: nothing that a lot could vary
  const Lots lots(treated, held_out, seed);
  if (!lots.can_refuse()) return std::nullopt;
  const auto low = end_of(lots, difference, error, false), high = end_of(lots, difference, error, true);
  if (!low || !high) return std::nullopt;
  return stats::Interval{*low, *high};
}

stats::Interval share_interval(std::span<const ClusterSum> treated, std::span<const ClusterSum> held_out) {
  const ClusterMean a = cluster_mean(treated), b = cluster_mean(held_out);
  const double cases_a = cases_of(treated), cases_b = cases_of(held_out);
  // How much less the cases are worth than as many independent ones: both arms together, because one alone may have too
  // few outcomes to say; never more than independent ones.
  const double plain = a.mean * (1 - a.mean) / cases_a + b.mean * (1 - b.mean) / cases_b;
  const double worth = plain > 0 ? std::max(1.0, (a.variance + b.variance) / plain) : 1;
  const WorthCases one{a.mean, cases_a / worth}, other{b.mean, cases_b / worth};
  // Degrees as if both arms spread alike: an arm without outcomes has no variance of its own to go by.
  ClusterMean even_a = a, even_b = b;
  even_a.variance = 1 / cases_a;
  even_b.variance = 1 / cases_b;
  const double quantile = student_quantile(1 - kTail, std::max(1.0, welch_degrees(even_a, even_b)));
  const stats::Interval x = wilson_of(one, quantile), y = wilson_of(other, quantile);
  const double difference = a.mean - b.mean;
  return {difference - std::hypot(a.mean - x.low, y.high - b.mean),
          difference + std::hypot(x.high - a.mean, b.mean - y.low)};
}

stats::Interval mean_interval(const ClusterMean& mean) {
  const double half = student_quantile(1 - kTail, std::max(1.0, mean.degrees)) * std::sqrt(mean.variance);
  return {mean.mean - half, mean.mean + half};
}

}  // namespace kenko::plays
