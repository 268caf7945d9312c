// language/operators.h
//
// What is true of operators whatever they compare.
#pragma once

#include "language/expression.h"

namespace kenko::language {

/// The comparison with its sides changed over: `3 < x` is `x > 3`.  Operators that are no inequality stay.
[[nodiscard]] Operator mirrored(Operator op);

}  // namespace kenko::language
