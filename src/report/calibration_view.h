// report/calibration_view.h
//
// What a calibration says of itself: tables and findings.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/section.h"
#include "validate/calibration.h"

namespace kenko::report {

/// Each question in a line; probabilities at some scores; reliability of each question that was judged.
[[nodiscard]] std::vector<Section> calibration_sections(std::span<const validate::Calibration> questions);

/// The verdict on each question.
[[nodiscard]] std::vector<Highlight> calibration_highlights(std::span<const validate::Calibration> questions);

/// What may be believed, and what to do; remapped: the curves were kept.
[[nodiscard]] std::vector<validate::Finding> calibration_findings(std::span<const validate::Calibration> questions,
                                                                  bool remapped);

/// "leaves within 90 days"; what a probability is of.
[[nodiscard]] Sentence asked_words(const validate::Calibration& calibration);

}  // namespace kenko::report
