// report/explain_view.h
//
// One account's score on a day, explained: text, JSON and a table.  The JSON shape lives here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "explain/causes.h"
#include "explain/contributions.h"
#include "explain/evidence.h"
#include "explain/potential.h"
#include "explain/summary.h"
#include "report/table.h"
#include "validate/calibration.h"

namespace kenko::report {

/// What a person said, and about when.
struct Said {
  std::string value;           ///< "floor 60", "4", or the text of a note
  Day day;                     ///< when it was said
  std::optional<Day> expires;  ///< the first day without it
  std::string author, reason;  ///< empty = not said
};

/// The change from an earlier day.
struct SinceView {
  explain::Explanation then;
  std::vector<std::string> values;           ///< then, as texts, by part; empty when there is no row
  std::optional<explain::Causes> causes;     ///< nullopt when one of the days has no score
  std::optional<Day> then_known, now_known;  ///< known as of the close of these days; none = all that is known
};

/// Everything about one account's score on a day.
struct ExplainView {
  uint32_t account = 0;
  explain::Explanation now;
  std::optional<SinceView> since;
  explain::Summary summary;
  std::vector<explain::Evidence> evidence;
  std::optional<explain::Raise> raise;
  std::optional<Said> override_said, pulse;
  std::vector<Said> notes;                          ///< newest first
  std::optional<validate::Prospect> prospect;       ///< what is to be expected; none = nothing is calibrated
  std::vector<validate::Calibration> calibrations;  ///< behind it
};

[[nodiscard]] std::string explain_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal);
[[nodiscard]] std::string explain_json(const engine::Engine& engine, const ExplainView& view);
/// The lines: starts and metrics, then what rules add, then silence, override and score.
[[nodiscard]] Table explain_table(const engine::Engine& engine, const ExplainView& view);

}  // namespace kenko::report
