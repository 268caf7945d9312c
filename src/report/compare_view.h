// report/compare_view.h
//
// Two models side by side as tables and words.
#pragma once

#include <string>
#include <vector>

#include "report/section.h"
#include "validate/paired.h"

namespace kenko::report {

/// In a fixed order; sections without rows are left out but for "measures".  Findings stand apart.
[[nodiscard]] std::vector<Section> compare_sections(const validate::Comparison& comparison);

/// What was compared: one or two lines.
[[nodiscard]] std::vector<Sentence> compare_head(const validate::Comparison& comparison);

}  // namespace kenko::report
