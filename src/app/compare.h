// app/compare.h
//
// kenko compare: a draft against another model on the same history.  docs/SEMANTICS.md#compare.
#pragma once

#include <optional>
#include <string>

#include "app/panel.h"
#include "app/workspace.h"
#include "base/result.h"
#include "validate/backtest.h"
#include "validate/paired.h"

namespace kenko::app {

struct CompareRequest {
  std::string draft;                   ///< as ScoringRequest::model
  std::string with;                    ///< the same, or "published"; empty = published, else the active model
  std::optional<Day> as_of;            ///< the day of "today"; none = the default day
  PanelRequest panel;                  ///< of both; model and text are set here; outcome: empty = the other's first
  validate::BacktestOptions measures;  ///< cut-offs do not matter
};

/// Errors: the models' problems; "nothing-to-compare" when nothing was published; "outcomes-differ"; those of
/// build_panel but "too-little-history", which leaves the back-test out.
[[nodiscard]] Result<validate::Comparison> compare_with(const Workspace& workspace, const CompareRequest& request,
                                                        Instant now);

}  // namespace kenko::app
