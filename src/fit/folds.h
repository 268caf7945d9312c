// fit/folds.h
//
// Which rows of a panel are learnt from and which are judged on.  docs/SEMANTICS.md#folds.  Two rows tell of the same
// thing when they are of one top parent or when their horizons overlap; no row is ever judged by what was learnt from
// such a one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "validate/panel.h"

namespace kenko::fit {

/// Positions of rows of a panel, ascending.
using Rows = std::vector<uint32_t>;

/// The early rows, and the late ones that nothing has seen until everything is decided.
///
/// Invariants: the horizon of every as-of day in `train` has ended by the first one in `test`.
struct HoldOut {
  Rows train, test;
  std::vector<uint32_t> train_days, test_days;  ///< positions in panel.days, ascending
  int64_t between = 0;                          ///< rows of neither: their horizons reach into the test days
};

/// The last `share` of the as-of days against those that were over before.  Either side may be empty.
[[nodiscard]] HoldOut hold_out(const validate::Panel& panel, double share = 1.0 / 3);

/// Learn from `train`, judge on `test`.
///
/// Invariants: no top parent has rows in both; when the folds are ordered in time, the horizons of `train` have ended
/// by the first as-of day of `test`.
struct Fold {
  Rows train, test;
};

/// How rows are dealt.
struct FoldOptions {
  int groups = 4;               ///< parts of the top parents
  int blocks = 3;               ///< stretches of later as-of days, when time allows
  int64_t fewest_outcomes = 5;  ///< account-days with the outcome (and as many without) on each side of a fold
};

struct Folds {
  std::vector<Fold> folds;  ///< empty when there are too few outcomes
  bool ordered = false;     ///< judged forward in time; false: the history is too short, only other accounts judge
};

/// Deals `rows` of the panel.  Top parents are dealt so that each group has about as many with the outcome; a group is
/// judged by what the other groups showed, and, where the as-of days reach far enough, showed before.  The same rows
/// give the same folds, whatever their order in the panel's lists.
[[nodiscard]] Folds make_folds(const validate::Panel& panel, std::span<const uint32_t> rows,
                               const FoldOptions& options = {});

}  // namespace kenko::fit
