// app/due_input.h
//
// kenko due-input: what the model needs from people and has not been told, or not for too long.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/decimal.h"

namespace kenko::app {

/// One input of one account that is due.
struct DueRow {
  uint32_t account = 0;
  std::string owner;           ///< the attribute `owner`; empty = nobody
  std::optional<Decimal> arr;  ///< of the contracts that count, in the workspace's currency; none = unknown
  size_t input = 0;            ///< position in DueReport::inputs
  std::optional<Day> last;     ///< the day of the last such event of this life
  bool expired = false;        ///< it was given in time, but only until a day that has come
};

/// By owner (nobody last), then the most revenue first, then by account and input.
struct DueReport {
  Day as_of;
  std::string model;
  const facts::Portfolio* portfolio = nullptr;  ///< of the Scoring
  std::vector<model::Input> inputs;             ///< of the model
  std::vector<DueRow> rows;
  int64_t accounts = 0;  ///< that are scored on the day
};

/// Due: an account that is alive and of a scored status on the as-of day has no such event of this life up to that day,
/// or the last one is older than `every_days`, or its property `expires` is a day that has come.  `owner`: only that
/// one's, empty = all.  Errors: "no-inputs" when the model asks nobody for anything, "unknown-owner".
[[nodiscard]] Result<DueReport> find_due_input(const Scoring& scoring, const std::string& owner);

}  // namespace kenko::app
