// report/compare_view.h
//
// Two models side by side as tables and words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/section.h"
#include "validate/paired.h"

namespace kenko::report {

/// In a fixed order; sections without rows are left out but for "measures".  Findings stand apart.
/// most_accounts: so many of those that change band at most, those with the most ARR; 0 = all.
[[nodiscard]] std::vector<Section> compare_sections(const validate::Comparison& comparison, size_t most_accounts = 0);

/// The answer in a few numbers.
[[nodiscard]] std::vector<Highlight> compare_highlights(const validate::Comparison& comparison);

/// What was compared: one or two lines.
[[nodiscard]] std::vector<Sentence> compare_head(const validate::Comparison& comparison);

}  // namespace kenko::report
