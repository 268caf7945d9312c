// revenue/retention.h
//
// What became of the customers that a period began with: churn, gross and net retention; and the walk from what all
// customers paid when it began to what they paid when it ended.  docs/SEMANTICS.md#portfolio 4, 5.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "revenue/account_arr.h"
#include "stats/resamples.h"

namespace kenko::revenue {

/// How intervals are found.
struct Resampling {
  int count = 1000;
  uint64_t seed = 1;
  int threads = 1;
};

/// An account over a period.  Units: millionths of the workspace's currency.
///
/// start, end: ARR on the opening and the closing day; kUnknown = some of it is not known.  Where no workspace has
///             contracts: 1 for a customer, 0 for none.
struct Member {
  uint32_t account = 0;
  uint32_t cluster = 0;  ///< resampled together: the top parent of the opening day
  int64_t start = 0, end = 0;

  [[nodiscard]] bool known() const { return start != kUnknown && end != kUnknown; }
  [[nodiscard]] bool in_cohort() const { return known() && start > 0; }
  [[nodiscard]] bool left() const { return in_cohort() && end <= 0; }
};

/// What became of a group of accounts that had ARR when the period began.
///
/// kept:        sum of min(start, end).   churned: what those had who left.   contracted: what those lost who stayed.
/// Shares are of `start`; logo_churn of `accounts`.
struct Retention {
  std::string name;
  int64_t accounts = 0, left = 0;
  int64_t start = 0, end = 0, kept = 0, churned = 0, contracted = 0, expanded = 0;
  stats::Estimate logo_churn, arr_churn, grr, nrr;
};

/// Of the members that are in the cohort.
[[nodiscard]] Retention retention_of(std::string name, std::span<const Member> members, const Resampling& how);

/// From opening to closing ARR: opening + fresh + returned + expanded - contracted - churned = closing.
struct Walk {
  int64_t opening = 0, fresh = 0, returned = 0, expanded = 0, contracted = 0, churned = 0, closing = 0;
  int64_t accounts_opening = 0, accounts_fresh = 0, accounts_returned = 0, accounts_expanded = 0,
          accounts_contracted = 0, accounts_churned = 0, accounts_closing = 0;
  int64_t unknown = 0;        ///< accounts left out, whose ARR is not known at either end
  int64_t came_and_went = 0;  ///< accounts that had a contract within the period alone: in none of the sums
};

/// had_before: by member, a contract of it counted on some day before the opening (what makes a new customer one who
/// returned).
[[nodiscard]] Walk walk_of(std::span<const Member> members, const std::vector<bool>& had_before);

/// The rate of one month that gives `rate` over `days`, a month being a twelfth of 365.25 days.
[[nodiscard]] double monthly_rate(double rate, int32_t days);

}  // namespace kenko::revenue
