// report/backtest_view.h
//
// A back-test as tables and words.
#pragma once

#include <string>
#include <vector>

#include "report/table.h"
#include "validate/backtest.h"
#include "validate/panel.h"

namespace kenko::report {

/// A part of a report: one table under a name.
struct Section {
  std::string key;    ///< JSON member, and the name that asks for it alone
  std::string title;  ///< one line
  Table table;
};

/// In a fixed order; sections without rows are left out but for "measures" and "findings".
[[nodiscard]] std::vector<Section> backtest_sections(const validate::Panel& panel, const validate::Backtest& result);

/// What was judged: one or two lines.
[[nodiscard]] std::string backtest_head(const validate::Panel& panel, const validate::Backtest& result);

/// Findings as sentences, hints below them.
[[nodiscard]] std::string findings_text(const std::vector<validate::Finding>& findings);

/// Titles and tables, one below the other.
[[nodiscard]] std::string sections_text(const std::vector<Section>& sections, const Terminal& terminal);
/// {"key": [...], ...} with a newline.
[[nodiscard]] std::string sections_json(const std::vector<Section>& sections);

}  // namespace kenko::report
