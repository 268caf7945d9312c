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

/// The columns of `expect` that the executor should have given in its last run and did not.
[[nodiscard]] std::vector<std::string> not_computed(const Case& c, const Executor& executor);

/// One line for each cell that the executor computes and that differs: "a1 2026-03-08 logins: expected 2, got 3".
[[nodiscard]] std::vector<std::string> differences(const Case& c, const Executor& executor, const Results& results);

}  // namespace kenko::cases
