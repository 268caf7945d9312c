// app/account_views.h
//
// What `explain` and `history` show.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "app/scoring.h"
#include "report/views.h"

namespace kenko::app {

/// Everything about one account's score as of scoring.as_of(); with `since`, also the change from that day.
/// `evidence_limit`: events shown for a metric; 0 = no evidence at all.
[[nodiscard]] report::ExplainView explain_account(const Scoring& scoring, uint32_t account, std::optional<Day> since,
                                                  size_t evidence_limit);

/// Scores day by day as text, JSON or CSV.
struct HistoryRequest {
  Day from, to;
  std::span<const uint32_t> accounts;  ///< all, when empty
  bool with_metrics = false;
};
[[nodiscard]] std::string history_text(const Scoring& scoring, const HistoryRequest& request, report::Format format,
                                       const report::Terminal& terminal);

}  // namespace kenko::app
