// tests/cases/links.h
//
// docs/SEMANTICS.md and the case files name each other.
#pragma once

#include <string>
#include <vector>

#include "cases/case.h"

namespace kenko::cases {

/// What is wrong with the links: a case whose rule is no heading, a case that no rule names, a name without a case.
[[nodiscard]] std::vector<std::string> check_links(const std::string& semantics, const std::vector<Case>& cases);

}  // namespace kenko::cases
