// report/explain_sections.h
//
// The sections of the text of an explanation.  Internal to the module.
#pragma once

#include <string>
#include <vector>

#include "report/explain_view.h"

namespace kenko::report {

/// Millionths of a point as hundredths, "12.30".
[[nodiscard]] int64_t in_hundredths(int64_t micros);
[[nodiscard]] std::string points_text(int64_t hundredths);
[[nodiscard]] std::string label_of(const plan::Dimension& dimension);
[[nodiscard]] std::string label_of(const plan::Trigger& trigger);
[[nodiscard]] std::string label_of(const plan::Segment& segment);
/// A line as a person reads it: "Logins", "start of Habit", "cap of Champion left", "silence".
[[nodiscard]] std::string label_of(const plan::Plan& plan, const explain::Explanation& e, const explain::Line& line);

/// What counts, dimension by dimension, then the lines of rules, then the score.
[[nodiscard]] Table parts_table(const engine::Engine& engine, const explain::Explanation& e);
/// Sentences below the parts: children, staleness.
[[nodiscard]] std::string parts_notes(const engine::Engine& engine, const explain::Explanation& e);
/// The change by cause, then by line.
[[nodiscard]] std::string change_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal);
[[nodiscard]] std::string raise_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal);

}  // namespace kenko::report
