// app/backtest.h
//
// kenko backtest: a workspace's panel, and what the score was worth on it.
#pragma once

#include <string>

#include "app/panel.h"
#include "app/workspace.h"
#include "base/result.h"
#include "validate/backtest.h"

namespace kenko::app {

struct WorkspaceBacktest {
  WorkspacePanel built;
  validate::Backtest result;
};

/// Errors: those of build_panel.
[[nodiscard]] Result<WorkspaceBacktest> back_test(const Workspace& workspace, PanelRequest request,
                                                  const validate::BacktestOptions& options, Instant now);

}  // namespace kenko::app
