// fit/parameters.h
//
// Which numbers of a model a fit may move, and how: weights of metrics and dimensions, and the points of curves.
// docs/SEMANTICS.md#fit.  All parameters are 0 for the model as its author wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace kenko::fit {

inline constexpr uint32_t kFixed = UINT32_MAX;  ///< no parameter moves it

/// A curve of the model, or of one of its segments or stages.
///
/// levels:  the different points that it gives, ascending, 0..100; with a missing policy that gives points, these too.
/// steps:   by rise (below the first level, between levels, above the last): its parameter.
/// shape:   the parameter of `half` (hill) or of `each`.
struct MovedCurve {
  uint32_t metric = 0;
  int segment = -1, stage = -1;  ///< whose curve; both -1: the model's
  plan::Curve curve;             ///< as the author has it
  std::vector<double> levels;
  size_t first_level = 0;  ///< of its levels among those of all curves
  std::vector<uint32_t> steps;
  uint32_t shape = kFixed;
};

/// What may move.
///
/// Meaning: a weight is the author's times exp(parameter), in the model as in every segment and stage that gives it
///          another one.  A rise between two levels of a curve is the author's times exp(parameter), all rises then
///          scaled so that they add up to 100: who had more points never gets fewer, and what was flat stays flat.
///          `half` and `each` are the author's times exp(parameter).
/// Ownership: a copy of nothing but numbers; the plan must be the same in every call.
class Parameters {
 public:
  /// curves: false = only weights move.
  Parameters(const plan::Plan& plan, bool curves);

  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] uint32_t metric_weight(size_t metric) const { return metric_weight_[metric]; }
  [[nodiscard]] uint32_t dimension_weight(size_t dimension) const { return dimension_weight_[dimension]; }
  [[nodiscard]] const std::vector<MovedCurve>& curves() const { return curves_; }
  /// exp of a parameter, 1 where there is none.
  [[nodiscard]] static double factor(std::span<const double> theta, uint32_t parameter);
  /// Position in curves() of the curve that counts for a metric on a day; -1 = it is not scored.
  [[nodiscard]] int curve_of(size_t metric, int segment, int stage) const;
  [[nodiscard]] size_t level_count() const { return level_count_; }

  /// The points of all levels, curve after curve.
  void levels(std::span<const double> theta, std::vector<double>& out) const;
  /// By what `half` or `each` of the curve is multiplied.
  [[nodiscard]] double shape(const MovedCurve& curve, std::span<const double> theta) const;
  /// The same of a plan `after` with other numbers than `before`, which the parameters are of; shapes by curve.
  void levels_of(const plan::Plan& before, const plan::Plan& after, std::vector<double>& levels,
                 std::vector<double>& shapes) const;
  /// Adds to `gradient` what a gradient by level means for the parameters; `levels` as levels() gave them.
  void pull(std::span<const double> theta, std::span<const double> levels, std::span<const double> by_level,
            std::span<double> gradient) const;

  /// The model with these parameters, its numbers rounded as a file says them: weights to three significant digits, in
  /// each group scaled to the author's sum; points to whole numbers.
  [[nodiscard]] plan::Plan apply(const plan::Plan& plan, std::span<const double> theta) const;

 private:
  void add_weights(const plan::Plan& plan);
  void add_curve(const plan::Plan& plan, uint32_t metric, const plan::Curve& curve, int segment, int stage, bool moves);
  std::vector<uint32_t> metric_weight_, dimension_weight_;
  std::vector<MovedCurve> curves_;
  std::vector<int> base_curve_;                                ///< by metric
  std::vector<std::vector<int>> segment_curve_, stage_curve_;  ///< [segment][metric], -1 = none of its own
  size_t count_ = 0, level_count_ = 0;
};

/// 43.17 -> 43.2, 0.031 -> 0.031: three significant digits, at least a thousandth.
[[nodiscard]] Decimal rounded_weight(double weight);

}  // namespace kenko::fit
