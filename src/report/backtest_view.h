// report/backtest_view.h
//
// A back-test as tables and words.
#pragma once

#include <string>
#include <vector>

#include "report/section.h"
#include "validate/backtest.h"
#include "validate/panel.h"

namespace kenko::report {

/// In a fixed order; sections without rows are left out but for "measures".
[[nodiscard]] std::vector<Section> backtest_sections(const validate::Panel& panel, const validate::Backtest& result);

/// The answer in a few numbers.
[[nodiscard]] std::vector<Highlight> backtest_highlights(const validate::Backtest& result);

/// What was judged: a line each.
[[nodiscard]] std::vector<Sentence> backtest_head(const validate::Panel& panel, const validate::Backtest& result);

}  // namespace kenko::report
