// report/fit_view.h
#pragma once

#include <vector>

#include "base/sentence.h"
#include "fit/result.h"
#include "report/section.h"

namespace kenko::report {

/// In a fixed order; sections without rows are left out but for "measures".
[[nodiscard]] std::vector<Section> fit_sections(const fit::FitResult& result);

/// The answer in a few numbers.
[[nodiscard]] std::vector<Highlight> fit_highlights(const fit::FitResult& result);

/// What was learnt from what, and on what it was judged, a sentence a line.
[[nodiscard]] std::vector<Sentence> fit_head(const fit::FitResult& result);

}  // namespace kenko::report
