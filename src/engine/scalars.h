// engine/scalars.h
//
// Scalar operations and curves over the days of a life.  docs/SEMANTICS.md#functions and #from-value-to-points.
#pragma once

#include <cstdint>
#include <span>

#include "engine/aggregates.h"
#include "engine/engine.h"
#include "plan/plan.h"

namespace kenko::engine {

/// A computed node: one value per day.
struct Column {
  std::span<const double> value;
  std::span<const uint8_t> valid;
};

/// Applies an operation on values (not literal, aggregate, what reads attributes or contracts, children, percentile).
void apply_scalar(const plan::Node& node, std::span<const Column> args, Output out);

/// Points (curves.cpp) of each day in millionths, kNoPoints where the value is null or the curve gives none.
/// `category_points` holds, for a category curve, the points by text code (flags: 0 and 1), kNoPoints = none.
/// `whole_points` may hold the points of the values 0, 1, 2 ..., as many as were worked out before: most values are
/// small counts.
void apply_curve(const plan::Curve& curve, std::span<const int32_t> category_points, Column values,
                 std::span<int32_t> points, std::span<const int32_t> whole_points = {});

}  // namespace kenko::engine
