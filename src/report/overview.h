// report/overview.h
//
// Small tables about the whole portfolio.
#pragma once

#include <vector>

#include "explain/leavers.h"
#include "explain/summary.h"
#include "report/table.h"

namespace kenko::report {

/// How many accounts are in each band, best first, then those without a score by state.
[[nodiscard]] Table bands_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries);

/// Mean scores of leavers before they decided, against stayers on the same days.
[[nodiscard]] Table leavers_table(const explain::LeaverTable& leavers);

}  // namespace kenko::report
