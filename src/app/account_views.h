// app/account_views.h
//
// What `explain` and `history` show.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/history_export.h"
#include "app/scoring.h"
#include "report/views.h"
#include "state/entry.h"

namespace kenko::app {

/// What to explain.
struct ExplainRequest {
  uint32_t account = 0;      ///< of scoring.portfolio()
  std::optional<Day> since;  ///< also the change from this day
  /// What was known then; nullptr = the same as now (law a).  Of the same model; both must outlive the call.
  const Scoring* then = nullptr;
  std::optional<Day> then_known, now_known;  ///< the days at whose close they were known, to be shown
  size_t evidence_limit = 3;                 ///< events shown for a metric; 0 = no evidence at all
  std::vector<state::Entry> entries;         ///< what was entered by hand: Database::entries()
};

/// Everything about one account's score as of scoring.as_of().
[[nodiscard]] report::ExplainView explain_account(const Scoring& scoring, const ExplainRequest& request);
/// The same under law (a), without what was entered by hand.
[[nodiscard]] report::ExplainView explain_account(const Scoring& scoring, uint32_t account, std::optional<Day> since,
                                                  size_t evidence_limit);

/// What was entered by hand in a workspace; empty without any.
[[nodiscard]] Result<std::vector<state::Entry>> manual_entries(const Workspace& workspace);

/// Scores day by day as text, JSON or CSV.
[[nodiscard]] std::string history_text(const Scoring& scoring, const HistoryRequest& request, report::Format format,
                                       const report::Terminal& terminal);

}  // namespace kenko::app
