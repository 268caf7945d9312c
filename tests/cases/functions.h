// tests/cases/functions.h
//
// Every word of the vocabulary has case files that use it.
#pragma once

#include <string>
#include <vector>

#include "cases/case.h"

namespace kenko::cases {

/// What is not used often enough: a function by fewer than three cases (normal, without a value, edge), a curve or a
/// word of filters by none.
[[nodiscard]] std::vector<std::string> check_vocabulary(const std::vector<Case>& cases);

}  // namespace kenko::cases
