// sql/curves.h
//
// Curves -> SQL: from the column of a value to points.  docs/SEMANTICS.md#from-value-to-points.
#pragma once

#include <string>

#include "plan/plan.h"
#include "sql/dialect.h"

namespace kenko::sql {

/// Points in millionths, null without any, of the column `x`, which holds values of type `type`.
[[nodiscard]] std::string points_by_curve(const plan::Curve& curve, const std::string& x, plan::Type type,
                                          const Dialect& dialect);

}  // namespace kenko::sql
