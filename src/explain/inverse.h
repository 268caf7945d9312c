// explain/inverse.h
//
// From points back to values: the nearest value that a curve gives at least so many points.
#pragma once

#include <cstdint>
#include <optional>

#include "plan/plan.h"

namespace kenko::explain {

/// The points of a number by a curve that is no category, in millionths.
[[nodiscard]] int64_t curve_points(const plan::Curve& curve, double x);

/// The most points that any value can have, in millionths: of a hill, which never reaches 100, 99; of `each` at_most
/// where it is positive, else 0; nullopt for no curve and for a category without any.
[[nodiscard]] std::optional<int64_t> most_points(const plan::Curve& curve);

/// A value that gives the points, and which values beyond it do as well.
struct Nearest {
  enum class Side : uint8_t { at_least, at_most };
  double value = 0;
  Side side = Side::at_least;  ///< on which side of today's value it lies
};

/// The value nearest to `from` (without one: to 0) that has at least `points`, a whole number when `whole`.  nullopt
/// when there is none.  Other values are rounded, away from `from`, to the places that are shown (2 below 10, 1 below
/// 100, else 0) where that value has the points too.  The answer always has at least `points` by curve_points().
[[nodiscard]] std::optional<Nearest> nearest_value(const plan::Curve& curve, int64_t points, std::optional<double> from,
                                                   bool whole);

}  // namespace kenko::explain
