// stats/proportion.h
//
// Counts and shares: their intervals and tests, and what to do about many tests at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kenko::stats {

struct Interval {
  double low = 0, high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Half the width of a normal 95 % interval, in standard errors.
inline constexpr double kHalfOf95 = 1.959963984540054;

/// The standard normal distribution function.
[[nodiscard]] double normal_below(double z);
/// Its inverse for 0 < p < 1 (Acklam's rational approximation with one Halley step; relative error below 1e-14).
[[nodiscard]] double normal_quantile(double p);

/// Wilson's 95 % interval of a share (Wilson 1927); [0, 1] without cases.
[[nodiscard]] Interval wilson(int64_t found, int64_t cases);

/// A group of an ordered kind, worst first.
struct Share {
  double found = 0;
  double cases = 0;
};
/// The Cochran-Armitage test of a trend in shares over equally spaced groups: z > 0 when the share rises with the
/// group. nullopt when there is nothing to compare.
[[nodiscard]] std::optional<double> trend_z(std::span<const Share> groups);
/// Two-sided p of a z.
[[nodiscard]] double two_sided(double z);

/// Benjamini and Yekutieli (2001): the smallest rate of false discoveries, under any dependence, at which each of these
/// p values counts as a discovery.  In the order of `p`, each in 0..1.
[[nodiscard]] std::vector<double> false_discovery_rates(std::span<const double> p);

}  // namespace kenko::stats
