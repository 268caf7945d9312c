// plays/student_t.h
//
// Student's t distribution with any number of degrees of freedom, whole or not.
#pragma once

namespace kenko::plays {

/// The chance of a value below t.  Requires degrees > 0.  By the incomplete beta function (Press et al. 2007, 6.4).
[[nodiscard]] double student_below(double t, double degrees);
/// Its inverse for 0 < p < 1, to a relative 1e-10.
[[nodiscard]] double student_quantile(double p, double degrees);

}  // namespace kenko::plays
