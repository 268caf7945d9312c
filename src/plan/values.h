// plan/values.h
//
// A plan for the values of some metrics and nothing else, so that what nobody asks for is not computed.
#pragma once

#include <cstdint>
#include <span>

#include "plan/plan.h"

namespace kenko::plan {

/// The value of a metric rests on values of other accounts: children() or percentile() stands below it.
[[nodiscard]] bool reads_others(const Plan& plan, size_t metric);

/// The metrics at these positions, in this order, each shown and not scored, with the nodes and selectors below them.
///
/// Meaning:    each metric has the value that it has in `plan`, on every day.  Segments stay, without what they change,
///             where a percentile asks for them.  There are no dimensions, bands, triggers, stages of life, outcomes.
/// Invariants: those of a plan, but that no metric is scored and metrics stand as asked for: for Engine, not for
/// scores.
[[nodiscard]] Plan values_of(const Plan& plan, std::span<const uint32_t> metrics);

}  // namespace kenko::plan
