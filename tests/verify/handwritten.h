// verify/handwritten.h
//
// Compares native history with the queries of tests/verify/handwritten.
#pragma once

#include <string>

#include "base/result.h"
#include "verify/comparison.h"
#include "verify/subject.h"

namespace kenko::verify {

/// Runs every query for the subject's model (none: does nothing) on eight days.  `dir`: the workspace.
[[nodiscard]] Status check_handwritten(const Subject& subject, const std::string& dir, int threads,
                                       Comparison& comparison);

}  // namespace kenko::verify
