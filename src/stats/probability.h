// stats/probability.h
//
// How far stated probabilities are from what happened.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kenko::stats {

/// Mean of (p - outcome) squared (Brier 1950); 0 = perfect.  nullopt without cases.
[[nodiscard]] std::optional<double> brier(std::span<const double> p, std::span<const uint8_t> outcome);
/// Mean of -log of the probability given to what happened; probabilities are kept 1e-15 away from 0 and 1.
[[nodiscard]] std::optional<double> log_loss(std::span<const double> p, std::span<const uint8_t> outcome);

/// One part of a reliability table.
struct ReliabilityBin {
  int64_t cases = 0;
  int64_t outcomes = 0;
  double mean_p = 0;         ///< of its cases
  double rate = 0;           ///< outcomes / cases
  double low = 0, high = 0;  ///< Wilson's 95 % interval of the rate
};
/// Up to `count` bins of as equal a number of cases as ties allow, by rising p.  Equal p are never parted.
[[nodiscard]] std::vector<ReliabilityBin> reliability(std::span<const double> p, std::span<const uint8_t> outcome,
                                                      int count);

/// Isotonic regression (pool adjacent violators; Barlow et al. 1972): the non-decreasing step function of x closest to
/// y in squares.  Between two of its points it is linear, outside it keeps the end values.
class Isotonic {
 public:
  /// Requires as many x as y (and weights, when there are some), at least one.
  Isotonic(std::span<const double> x, std::span<const double> y, std::span<const double> weight = {});
  /// From points with rising x and non-decreasing y.
  [[nodiscard]] static Isotonic from_points(std::vector<double> x, std::vector<double> y);
  [[nodiscard]] double at(double x) const;
  [[nodiscard]] const std::vector<double>& x() const { return x_; }
  [[nodiscard]] const std::vector<double>& y() const { return y_; }

 private:
  Isotonic() = default;
  std::vector<double> x_, y_;
};

}  // namespace kenko::stats
