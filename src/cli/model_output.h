// cli/model_output.h
//
// What the commands about models print.
#pragma once

#include <string>
#include <vector>

#include "app/journey.h"
#include "app/model_change.h"
#include "app/model_curve.h"
#include "app/publish.h"
#include "cli/output.h"

namespace kenko::cli {

[[nodiscard]] std::string change_text(const app::ModelChange& change, bool with_data, const report::Terminal& terminal);
[[nodiscard]] std::string change_json(const app::ModelChange& change);
/// One row a difference; CSV has nothing else.
[[nodiscard]] report::Table change_table(const app::ModelChange& change);

[[nodiscard]] std::string published_text(const app::PublishReport& report, const facts::Settings& settings);
[[nodiscard]] report::Table publications_table(const std::vector<state::Publication>& publications,
                                               const facts::Settings& settings);

/// A drawing of at most `terminal.width` columns and about 20 rows, with the numbers behind it.
[[nodiscard]] std::string curve_text(const app::CurveView& view, const report::Terminal& terminal);
[[nodiscard]] std::string curve_json(const app::CurveView& view);
/// One row a bar, or a word.
[[nodiscard]] report::Table curve_table(const app::CurveView& view);

[[nodiscard]] std::string journey_text(const app::Journey& journey, const report::Terminal& terminal);
[[nodiscard]] report::Table journey_table(const app::Journey& journey);
[[nodiscard]] report::Table spans_table(const std::vector<app::StageSpan>& spans);

}  // namespace kenko::cli
