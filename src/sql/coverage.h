// sql/coverage.h
//
// How much of a plan generated SQL computes.  What it does not is left out of its result, never guessed.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace kenko::sql {

/// What else there is among the facts: SQL is not given it, so what rests on it is not computed.
struct Facts {
  bool overrides = false;  ///< some account has an event `override.set`
  bool overdue = false;    ///< some source is due every so often: metrics may be stale
};

/// Which columns of sql/history.h the query has.
///
/// Invariants: score implies rolled_up; rolled_up implies that every metric with a dimension is there and, where the
/// plan
///             has segments or stages, they too.
struct Coverage {
  std::vector<bool> metric;  ///< value_I and points_I
  bool segments = false;     ///< segment: the plan has some and SQL computes their conditions
  bool stages = false;       ///< stage, the same
  bool rolled_up = false;    ///< dimensions, coverage, state, rolled_up
  bool score = false;        ///< silence, score, band
};

/// A node without SQL leaves out the metrics that rest on it, and the roll-up when one of them is scored.  Children in
/// the score and stale metrics leave out the roll-up; triggers, overrides, and bands with a margin, a dwell or
/// quantiles the score.
[[nodiscard]] Coverage covered(const plan::Plan& plan, const Facts& facts = {});

/// By node: has it, and all that it rests on, an SQL form?
[[nodiscard]] std::vector<bool> computed_nodes(const plan::Plan& plan);

/// By node: does its value rest on an exponential decay (so that executors agree within 1e-9 only)?
[[nodiscard]] std::vector<bool> rests_on_decay(const plan::Plan& plan);
/// The same of a metric, for its value or its points.
[[nodiscard]] bool rests_on_decay(const plan::Metric& metric, const std::vector<bool>& decays);

}  // namespace kenko::sql
