// sql/scalars.h
//
// Scalar nodes -> SQL expressions over the columns of their arguments.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "sql/dialect.h"
#include "sql/inputs.h"

namespace kenko::sql {

/// Column of a node: numbers are DOUBLE, flags BOOLEAN, texts VARCHAR, null = no value.
[[nodiscard]] std::string value_column(plan::NodeId id);
/// Sum of the absolute terms behind a number that rests on an exponential decay.
[[nodiscard]] std::string scale_column(plan::NodeId id);
/// True where a comparison below the node lies within 1e-9 of that sum.
[[nodiscard]] std::string edge_column(plan::NodeId id);

/// The value of node `id`, which is not an aggregate.
[[nodiscard]] std::string scalar(const plan::Plan& plan, plan::NodeId id, const Inputs& inputs, const Dialect& dialect);

/// A baseline is put together in three further relations between those of its argument and its own: what each adds.
inline constexpr int kBaselineSteps = 3;
[[nodiscard]] std::string baseline_columns(const plan::Plan& plan, plan::NodeId id, int step, const Dialect& dialect);

/// What scale_column and edge_column hold for a node that rests on a decay, given which nodes do.
[[nodiscard]] std::string scale_of(const plan::Plan& plan, plan::NodeId id, const std::vector<bool>& decays);
[[nodiscard]] std::string edge_of(const plan::Plan& plan, plan::NodeId id, const std::vector<bool>& decays);

}  // namespace kenko::sql
