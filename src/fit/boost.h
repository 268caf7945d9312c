// fit/boost.h
//
// Which few metrics, each with a monotone shape, tell best what is to come.  docs/SEMANTICS.md#search.  An additive
// model is built up one metric after the other: the one that explains most of what is left, then all shapes anew.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fit/folds.h"
#include "fit/shapes.h"
#include "validate/panel.h"

namespace kenko::fit {

/// What a metric is to a model.
enum class Role : uint8_t {
  candidate,  ///< may be chosen
  given,      ///< part of the model from the beginning
  left_out,   ///< nothing
};

/// A metric.
struct BoostColumn {
  Bins bins;
  std::vector<uint8_t> bin;  ///< by case
  Role role = Role::candidate;
  int direction = 0;  ///< +1 or -1 where it is known, else 0: learnt
};

/// Cases in columns.  Invariants: all as long as `outcome`; columns of given metrics may have one bin alone.
struct BoostData {
  std::vector<BoostColumn> columns;
  std::vector<uint8_t> outcome;   ///< 1 = it happened
  std::vector<uint32_t> cluster;  ///< cases of one are not independent of each other
};

/// ridge: how hard effects are held at 0: as many average cases of each of so many clusters, in each bin, speak for no
///        effect at all.
struct BoostOptions {
  int most = 12;  ///< metrics chosen beside the given ones
  double ridge = 4;
  int64_t most_cases = 40'000;  ///< learnt from, the others thinned out by chance (seeded) with weights
};

/// One metric of a model.
struct BoostPart {
  uint32_t column = 0;
  Shape shape;
};

/// A model after so many chosen metrics.  log odds that it does NOT happen = intercept + effects.
struct BoostModel {
  double intercept = 0;
  std::vector<BoostPart> parts;  ///< the given ones first, then the others as they were chosen
  [[nodiscard]] double at(const BoostData& data, uint32_t which) const;
};

/// Models with 0, 1, 2 ... chosen metrics, each in the order in which they helped most; fewer than `most` where nothing
/// is left to be gained.  `cases`: those learnt from.
[[nodiscard]] std::vector<BoostModel> boost(const BoostData& data, std::span<const uint32_t> cases,
                                            const BoostOptions& options);

/// Mean loss of a model on cases: -log of the probability of what happened, once the intercept is that of the cases
/// (how many it meets differs from season to season; the order of accounts is what a score is for).
[[nodiscard]] double loss_of(const BoostModel& model, const BoostData& data, std::span<const uint32_t> cases);

/// What the folds say about one way to choose.
struct BoostChoice {
  double ridge = 0;
  int chosen = 0;  ///< metrics chosen
  /// By number of chosen metrics: mean loss over the folds, and how much more (less) than with the best number, with
  /// its standard error.
  std::vector<double> loss, more, error;
};

/// The number of metrics and the ridge that lose least on the judged cases of the folds; of numbers that are as good
/// within one standard error of the difference the smallest.  Selection, directions and shapes are learnt anew in each
/// fold.  Requires a fold.  No result depends on `threads`.
[[nodiscard]] BoostChoice choose(const BoostData& data, std::span<const Fold> folds, const BoostOptions& options,
                                 std::span<const double> ridges, int threads);

}  // namespace kenko::fit
