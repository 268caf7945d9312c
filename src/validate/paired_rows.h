// validate/paired_rows.h
//
// Two panels side by side: the rows that are about the same account and day, and what is reckoned on them for both.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"
#include "validate/panel.h"

namespace kenko::validate {

/// Rows of two panels about the same account, day and outcome: positions, in the order of both.
struct PairedRows {
  std::vector<uint32_t> before, after;
  std::vector<uint32_t> only_before, only_after;  ///< rows of common days that the other has not
  int64_t other_outcome = 0;                      ///< both have it, with another outcome: paired with nothing
};
/// Of the as-of days from `first` to `last`, both included.
[[nodiscard]] PairedRows pair_rows(const Panel& before, const Panel& after, Day first = Day::kMin,
                                   Day last = Day::kMax);

/// The panel has rows of this as-of day, or could have.
[[nodiscard]] bool has_day(const Panel& panel, Day day);

/// What some rows of a panel say beside the score, in columns.
///
/// cluster: of each row, numbered in the order of their first rows.  amount: ARR, 0 where it is not known.
struct PairedCases {
  std::vector<uint8_t> outcome;
  std::vector<uint32_t> cluster, day, account;
  std::vector<double> amount;
  size_t clusters = 0;
  int64_t outcomes = 0, accounts = 0, accounts_with = 0;

  PairedCases(const Panel& panel, std::span<const uint32_t> rows);
};

/// One as-of day.
struct PairedDay {
  Day day;
  int64_t rows = 0, outcomes = 0;
  std::optional<double> before, after;  ///< area under the curve
};
/// panel: that of the cases, whose rows are sorted by day.  before, after: the risk of each case by both.
[[nodiscard]] std::vector<PairedDay> by_day(const Panel& panel, const PairedCases& cases,
                                            std::span<const double> before, std::span<const double> after);

}  // namespace kenko::validate
