// tests/cases/compare.h
//
// Expected cells against computed ones.
#pragma once

#include <string>
#include <vector>

#include "cases/executor.h"

namespace kenko::cases {

/// The rows that a case expects, in file order.  Problems: a row without a valid account or day, a column nobody knows.
[[nodiscard]] Result<std::vector<Wanted>> wanted_rows(const Case& c);

/// One line for each cell that differs: "a1 2026-03-08 logins: expected 2, got 3".
[[nodiscard]] std::vector<std::string> differences(const Case& c, const Executor& executor, const Results& results);

}  // namespace kenko::cases
