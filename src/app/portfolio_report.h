// app/portfolio_report.h
//
// The revenue report of a workspace: what `kenko portfolio` shows.
#pragma once

#include <optional>
#include <string>

#include "app/calibration_file.h"
#include "app/scoring.h"
#include "base/result.h"
#include "report/portfolio_view.h"
#include "revenue/portfolio_report.h"

namespace kenko::app {

struct PortfolioRequest {
  std::optional<Day> from, to;  ///< none = the 12 months up to the as-of day
  revenue::Grain grain = revenue::Grain::quarter;
  int periods = 8;
  int32_t within_days = 90;
  int resamples = 1000;
  uint64_t seed = 1;
};

/// As of scoring.as_of(), under law (a).  Errors: "bad-day" when the period is empty or ends after the as-of day.
/// calibration: what may be stated of renewals and losses; nullptr = nothing.
[[nodiscard]] Result<revenue::PortfolioReport> report_portfolio(const Scoring& scoring, const PortfolioRequest& request,
                                                                const CalibrationInForce* calibration = nullptr);

/// Ids and names of the accounts; refers to `scoring`.
[[nodiscard]] report::AccountNames account_names(const Scoring& scoring);

}  // namespace kenko::app
