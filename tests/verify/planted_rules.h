// verify/planted_rules.h
//
// Mistakes in every function and every rule, with the reference interpreter as the judge.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verify/faults.h"

namespace kenko::verify {

/// Plants every mistake into what native is given (the plan, the facts, the settings), on random companies from `seed`
/// on.  A mistake in a function counts as found when the cells of the metric of that function show it.  Empty when the
/// faultless run differs already.
[[nodiscard]] std::vector<PlantedFault> plant_rule_faults(uint64_t seed);

/// Rows of the vocabulary in which no mistake is planted.
[[nodiscard]] std::vector<std::string> functions_without_fault();

}  // namespace kenko::verify
