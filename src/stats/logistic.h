// stats/logistic.h
//
// Logistic regression: the chance of an outcome as 1 / (1 + exp(-(a + b x))).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/resamples.h"

namespace kenko::stats {

/// 1 / (1 + exp(-x)) without overflow, and its inverse (for 0 < p < 1).
[[nodiscard]] double logistic(double x);
[[nodiscard]] double logit(double p);

/// The logarithm of a product of numbers between 1 and 2: one logarithm for many of them.
class LogOfProduct {
 public:
  void add(double x) {
    product_ *= x;
    if (product_ >= kMost) take();
  }
  [[nodiscard]] double log() const;

 private:
  static constexpr double kMost = 1e200;
  void take();
  double product_ = 1, log_ = 0;
};

/// A fitted model.
///
/// coefficient: the intercept first, then one for each column.  error: the standard error of each, robust against
///              likeness within clusters where clusters were given (Liang and Zeger 1986, without small-sample factor).
struct LogisticFit {
  std::vector<double> coefficient;
  std::vector<double> error;
  double log_likelihood = 0;
  int steps = 0;
  [[nodiscard]] double predict(std::span<const double> row) const;
  /// A coefficient with its normal 95 % interval.
  [[nodiscard]] Estimate estimate(size_t of) const;
};

/// What to fit.  x: row after row, `columns` each.  offset, weight: one for each row, or empty (0 and 1).
/// ridge: penalty of half this times the square of each coefficient but the intercept.
/// start: coefficients to begin with, the intercept first; empty = zeros.
struct LogisticInput {
  std::span<const double> x;
  size_t columns = 0;
  std::span<const uint8_t> outcome;
  std::span<const double> offset{}, weight{};
  std::span<const uint32_t> cluster{};
  double ridge = 0;
  bool intercept = true;
  std::span<const double> start{};
};

/// Newton's method with halved steps.  nullopt when there is no maximum: one kind of outcome only, perfect separation,
/// or columns that depend on each other (without ridge).
[[nodiscard]] std::optional<LogisticFit> fit_logistic(const LogisticInput& input);

/// Of an outcome on the stated log odds: 0 and 1 are right, a slope below 1 says that what was stated is too extreme
/// (Cox 1958).  No value where fit_logistic gives none.
struct CalibrationLine {
  Estimate intercept, slope;
};
/// p: stated, 0..1.  cluster: as LogisticInput.
[[nodiscard]] CalibrationLine calibration_line(std::span<const double> p, std::span<const uint8_t> outcome,
                                               std::span<const uint32_t> cluster);

/// Solves a symmetric positive definite system in place by Cholesky; false when it is not one.  `matrix` is n x n and
/// becomes its factor, `right` the solution.
[[nodiscard]] bool solve_positive(std::vector<double>& matrix, std::vector<double>& right, size_t n);

}  // namespace kenko::stats
