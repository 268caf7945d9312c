// app/monitor.h
//
// kenko monitor: is the score still what it was?  docs/SEMANTICS.md#monitor.
#pragma once

#include <optional>
#include <string>

#include "app/workspace.h"
#include "base/result.h"
#include "validate/backtest.h"
#include "validate/monitor.h"

namespace kenko::app {

struct MonitorRequest {
  std::string model;    ///< as ScoringRequest
  std::string outcome;  ///< of the model; empty = its first
  std::optional<Day> as_of;
  double least = 0.2, rate = 0.05;     ///< as validate::DriftOptions, validate::judge
  validate::BacktestOptions measures;  ///< resamples, seed, threads
  int threads = 0;
};

/// Errors: those of Scoring::open and build_panel but "too-little-history", which leaves a part out; of the published
/// history.
[[nodiscard]] Result<validate::Monitor> monitor_model(const Workspace& workspace, const MonitorRequest& request,
                                                      Instant now);

}  // namespace kenko::app
