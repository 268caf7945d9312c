// app/alert_list.h
//
// Alerts as tables: what is open, in the order in which it should be worked on, and one with its history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alerts/order.h"
#include "app/acting.h"
#include "base/result.h"
#include "report/section.h"

namespace kenko::app {

struct AlertFilter {
  std::string owner;     ///< the assignee or owner, by any of the person's names; empty = everybody's
  std::string account;   ///< id; empty = all
  bool nobody = false;   ///< only those without an owner
  bool backlog = false;  ///< only the backlog
  bool all = false;      ///< those that were resolved and those that ended, too
};

/// Alerts that fit, those of no account first, then by rank of the account, the most severe of an account first.
/// "unknown-person" for an owner that neither the team nor any alert knows.
[[nodiscard]] Result<std::vector<size_t>> find_alerts(const Acting& acting, const AlertFilter& filter);

/// How the accounts stand, as of the last closed day.
[[nodiscard]] alerts::Ranking ranking_of(const Acting& acting);

/// What to call an alert in commands: SUBJECT/CAUSE, or its id once it has ended.
[[nodiscard]] std::string name_of(const alerts::Alert& alert);
/// The account's name as its last row says it; empty = none.
[[nodiscard]] std::string account_name(const Acting& acting, uint32_t account);
/// "level critical: score 31.0, below 40; ...": the sentence that is shown everywhere.
[[nodiscard]] std::string why_text(const alerts::Alert& alert);

/// "alerts" and, where there is any, "backlog" (counts by cause alone unless asked for).
[[nodiscard]] std::vector<report::Section> alert_sections(const Acting& acting, const std::vector<size_t>& shown,
                                                          const TimeZone& zone);
/// "alert" and "history" of one.
[[nodiscard]] std::vector<report::Section> alert_page(const Acting& acting, size_t alert, const TimeZone& zone);

}  // namespace kenko::app
