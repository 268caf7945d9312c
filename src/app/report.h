// app/report.h
//
// What the page of a portfolio shows: `kenko report`.
#pragma once

#include <cstddef>

#include "app/calibration_file.h"
#include "app/scoring.h"
#include "base/result.h"
#include "html/portfolio_page.h"

namespace kenko::app {

struct ReportRequest {
  size_t listed = 5'000;  ///< so many accounts stand in the list, the lowest scores first; 0 = all
  size_t opened = 1'000;  ///< so many of them open to their metrics, and those of the action queue; 0 = all
  int weeks = 26;         ///< of the trend
};

/// As of scoring.as_of(), under law (a).  Ownership: refers to `scoring`.
[[nodiscard]] html::PortfolioReport portfolio_report(const Scoring& scoring, const CalibrationInForce& calibration,
                                                     const ReportRequest& request);

}  // namespace kenko::app
