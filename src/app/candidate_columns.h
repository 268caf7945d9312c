// app/candidate_columns.h
//
// The values of candidate metrics on the rows of a panel that is already there, each as it was known on its day.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "facts/portfolio.h"
#include "plan/plan.h"
#include "validate/panel.h"

namespace kenko::app {

/// values: by metric asked for, then by row asked for; NaN = no value.  Singles, because there are many.
using CandidateColumns = std::vector<std::vector<float>>;

/// Law (b) as build_panel: an account that looks different in hindsight is computed anew for each as-of day.
///
/// metrics: positions in plan.metrics, numbers or flags.  rows: of the panel, ascending.
/// portfolio: everything known now.  Errors: storage problems.
[[nodiscard]] Result<CandidateColumns> candidate_columns(const Workspace& workspace, const facts::Portfolio& portfolio,
                                                         const plan::Plan& plan, std::span<const uint32_t> metrics,
                                                         const validate::Panel& panel, std::span<const uint32_t> rows,
                                                         int threads);

}  // namespace kenko::app
