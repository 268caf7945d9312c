// report/monitor_view.h
//
// What a monitor saw as tables and words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/section.h"
#include "validate/monitor.h"

namespace kenko::report {

/// In a fixed order; sections without rows are left out but for "looks".  Findings stand apart.
/// most_looks: so many of them at most, those that moved most; 0 = all.
[[nodiscard]] std::vector<Section> monitor_sections(const validate::Monitor& monitor, size_t most_looks = 0);

/// The answer in a few numbers.
[[nodiscard]] std::vector<Highlight> monitor_highlights(const validate::Monitor& monitor);

/// What was watched: one or two lines.
[[nodiscard]] std::vector<Sentence> monitor_head(const validate::Monitor& monitor);

}  // namespace kenko::report
