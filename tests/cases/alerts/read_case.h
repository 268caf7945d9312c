// cases/alerts/read_case.h
//
// A case file of alerts: one rule of docs/ALERTS.md as rows, deeds and the lines that follow.  README.md beside this
// file describes the format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cases/alerts/world.h"
#include "cases/text_table.h"

namespace kenko::cases {

/// Invariants: the world has at least one day.
struct AlertCase {
  std::string name;   ///< its file without the end
  std::string about;  ///< the rule in a sentence
  std::string rule;   ///< a heading of ALERTS.md as a link: "opening-and-clearing"
  AlertWorld world;
  std::vector<std::string> shown;     ///< what lines are expected (`opened`, ...); empty = all
  TextTable expect;                   ///< lines
  std::optional<TextTable> standing;  ///< alerts in the end
  std::optional<TextTable> order;     ///< the list of the last day
};

/// Reads a case file.
[[nodiscard]] Result<AlertCase> read_alert_case(const std::string& text, const std::string& name);

/// `close 3`: when the 3rd of March was closed; else `4 09:30`.
[[nodiscard]] std::string moment_text(Instant at);

}  // namespace kenko::cases
