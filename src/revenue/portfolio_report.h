// revenue/portfolio_report.h
//
// What `kenko portfolio` shows: revenue and churn of a period by where customers stood when it began, and what is due
// and at risk now.  docs/SEMANTICS.md#portfolio has the definitions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "revenue/at_risk.h"
#include "revenue/forecast.h"
#include "revenue/period.h"
#include "revenue/reasons.h"
#include "revenue/renewals.h"
#include "revenue/retention.h"
#include "revenue/standing.h"
#include "validate/calibration.h"
#include "validate/finding.h"

namespace kenko::revenue {

struct PortfolioOptions {
  Day as_of;
  std::optional<Day> from, to;  ///< the period; none = the 12 months up to as_of
  Grain grain = Grain::quarter;
  int periods = 8;           ///< of the calendar, at most
  int32_t within_days = 90;  ///< renewals and what is at risk
  Resampling how;
  /// The text of an account's attribute on a day; empty = none.
  std::function<std::string(uint32_t account, const std::string& key, Day day)> attribute;
};

struct PeriodLine {
  Period period;
  Retention retention;
  Walk walk;
};

/// The customers of the opening day in groups.  Products are sums of their own: what an account pays for one.
struct Breakdown {
  std::string by;  ///< "band", "segment", "owner", "product"
  std::vector<Retention> lines;
};

/// Customers by band on the opening day (rows) and the closing day (columns).
struct Migration {
  std::vector<std::string> from;  ///< bands worst first, "no score", "new"
  std::vector<std::string> to;    ///< bands worst first, "no score", "left"
  std::vector<std::vector<int64_t>> accounts;
};

/// Where somebody stands now, beside what is due.
///
/// chance: that it renews; none where nothing is calibrated, nothing can be said, or an earlier renewal is not decided.
struct DueLine {
  Due due;
  Standing standing;
  std::string owner;
  std::optional<validate::Chance> chance{};
};
struct EndingLine {
  Ending ending;
  Standing standing;
  std::string owner;
};

/// money: the workspace has contracts; else amounts are 1 a customer and no ARR is shown.
/// churn_told: facts can say that a customer left; without, a share of those who left means nothing.
struct PortfolioReport {
  std::string company, model, currency;
  bool money = false, churn_told = false;
  Day as_of;
  Period period;
  int32_t within_days = 90;
  int64_t customers = 0;        ///< as of as_of
  int64_t paying = 0, arr = 0;  ///< accounts with ARR as of as_of, and what they pay
  int64_t unknown_arr = 0;      ///< accounts whose contracts count and say no amount
  Retention all;                ///< of the period
  int64_t unavoidable = 0;      ///< of those who left
  int64_t unavoidable_arr = 0;
  Walk walk;
  std::vector<PeriodLine> periods;
  std::vector<Breakdown> breakdowns;
  std::vector<ReasonLine> reasons;
  Migration migration;
  AtRisk risk;
  std::vector<std::string> bands;  ///< names of Standing::band
  std::vector<DueLine> due;
  std::vector<EndingLine> ending;
  /// Of those due with a chance: how many, what they pay, what of it will be renewed.  None without a calibration.
  int64_t forecast_accounts = 0, forecast_arr = 0;
  stats::Estimate forecast;
  /// What calibrated probabilities expect to be lost, within their own horizon.
  std::optional<int32_t> loss_days;
  stats::Estimate expected_loss;
  std::vector<validate::Finding> findings;
};

/// Days of the options lie at or before as_of, from <= to.
[[nodiscard]] PortfolioReport portfolio_report(const engine::Engine& engine, const PortfolioOptions& options);

/// What a reader must know before believing it.
[[nodiscard]] std::vector<validate::Finding> portfolio_findings(const PortfolioReport& report, Day first_event);

/// Names of groups that are no names.
inline constexpr const char* kNoScoreName = "no score";
inline constexpr const char* kNewName = "new";
inline constexpr const char* kLeftName = "left";
inline constexpr const char* kNone = "none";

}  // namespace kenko::revenue
