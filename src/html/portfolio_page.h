// html/portfolio_page.h
//
// The page of a portfolio: how healthy it is and was, who needs somebody first, where points are lost, where customers
// stand on their way, and every account with its reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "explain/potential.h"
#include "explain/summary.h"
#include "html/catalogue.h"
#include "report/section.h"
#include "validate/calibration.h"
#include "validate/finding.h"

namespace kenko::html {

/// An account of the page.
struct PortfolioAccount {
  explain::Summary summary;
  std::string name, owner;     ///< as their attributes say; may be empty
  std::optional<int64_t> arr;  ///< millionths of the workspace's currency
  std::optional<Day> renewal;  ///< the next one
  /// What is to be expected of it; none where no calibration is in force.
  std::optional<validate::Prospect> prospect;
  std::optional<explain::Raise> raise;  ///< of an account whose metrics are shown
  bool opens = false;                   ///< its metrics are shown
};

/// How many accounts stood where at the end of a day.
struct PortfolioWeek {
  Day day;
  std::vector<int64_t> by_band;           ///< by position in plan.bands
  int64_t insufficient = 0, too_new = 0;  ///< without a score
};

/// A stage of the model, or the accounts without one (empty label).
struct PortfolioStage {
  std::string label;
  int64_t accounts = 0, scored = 0, sum_hundredths = 0;
  std::optional<int64_t> arr;
  std::vector<int64_t> by_band;  ///< by position in plan.bands
  std::optional<int32_t> median_days;
  int64_t entered = 0, left = 0;
};

/// Ownership: refers to the engine, whose plan and portfolio give the names.
struct PortfolioReport {
  const engine::Engine* engine = nullptr;
  Day as_of;
  std::string purpose, healthy_means;               ///< of the model
  std::vector<PortfolioAccount> accounts;           ///< worst first; all that have a row on the day
  std::vector<PortfolioWeek> weeks;                 ///< the oldest first, the last one is as_of
  std::vector<PortfolioStage> stages;               ///< in the model's order; empty without stages
  int32_t stage_days = 28;                          ///< entered and left are of these last days
  std::vector<validate::Finding> findings;          ///< what to know before believing it
  std::vector<report::Section> further;             ///< tables at the end
  std::vector<validate::Calibration> calibrations;  ///< behind the prospects
  size_t listed = 5'000;                            ///< so many accounts have a row
};

inline constexpr size_t kQueueRows = 25;  ///< of the action queue

/// Who needs somebody first: how soon, by the levels of docs/REPORTS.md.
enum class Level : uint8_t { none, fell, at_risk, critical };
[[nodiscard]] Level level_of(const explain::Summary& summary);
/// 100 - (score - points fallen in 30 days), in hundredths, times the ARR where every account's is known.
[[nodiscard]] int64_t urgency_hundredths(const explain::Summary& summary);
/// Whether the probability to leave may be shown, and what is expected to be lost.
[[nodiscard]] bool states_churn(const PortfolioReport& report);
/// Whether the queue is by expected loss: churn is calibrated, and something is expected to be lost of an account with
/// a level.
[[nodiscard]] bool queue_by_loss(const PortfolioReport& report);
/// Positions of the accounts with a level.  By expected loss where it may be, those without one behind; then and else
/// by priority: ARR times urgency, an unknown ARR counting as the median of the known ones; urgency alone when none is
/// known.  Ties by id.
[[nodiscard]] std::vector<size_t> action_queue(const PortfolioReport& report);

[[nodiscard]] std::string portfolio_page(const PortfolioReport& report, const Catalogue& texts);

}  // namespace kenko::html
