// app/panel.h
//
// The panel of a workspace: what a model said on past days with the facts known then, and what followed.
// docs/SEMANTICS.md#panel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "app/workspace.h"
#include "base/result.h"
#include "validate/panel.h"

namespace kenko::app {

/// Which model, outcome and days.
struct PanelRequest {
  std::string model;            ///< as ScoringRequest
  std::string outcome;          ///< of the model; empty = its first
  std::optional<Day> from, to;  ///< of the as-of days; none = all that have facts before and a whole horizon behind
  int32_t step_days = 28;       ///< between as-of days; whole weeks keep the weekday
  std::vector<std::string> treated_by;  ///< events that mark an account as worked on
  int threads = 0;                      ///< 0 = all cores
  bool parts = false;                   ///< Panel::parts is wanted
  bool open = false;                    ///< as-of days up to the last day of data: their horizon may not have ended
  std::string text = {};                ///< as ScoringRequest
};

/// Units: seconds.
struct PanelTimes {
  double facts = 0, common = 0, late = 0;
};

struct WorkspacePanel {
  validate::Panel panel;
  int64_t late_accounts = 0;         ///< computed again for each as-of day, as it was known then
  std::vector<std::string> assumed;  ///< sources whose clocks are assumed, not recorded
  PanelTimes times;
};

/// Errors: those of Scoring::open; "unknown-outcome"; "too-little-history" when there is no as-of day;
/// "workspace-changed" when somebody wrote meanwhile.
[[nodiscard]] Result<WorkspacePanel> build_panel(const Workspace& workspace, const PanelRequest& request, Instant now);

/// The same with what is open already: its model is that of `scoring`.  The caller sees to it that nobody writes
/// (app/unchanged.h).
[[nodiscard]] Result<WorkspacePanel> build_panel(const Workspace& workspace, const Scoring& scoring,
                                                 const PanelRequest& request);

/// Rows without outcomes: every account that has a score, on these days (ascending), as known at the close of each.
[[nodiscard]] Result<WorkspacePanel> build_snapshots(const Workspace& workspace, const Scoring& scoring,
                                                     const std::vector<Day>& days);

/// The panel as Parquet, or as CSV where the path ends in .csv; one row a line, metrics as metric.NAME and points.NAME.
[[nodiscard]] Status write_panel(const validate::Panel& panel, const std::string& path);

}  // namespace kenko::app
