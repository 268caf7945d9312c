// revenue/forecast.h
//
// A sum of money of which each part comes by chance.  docs/SEMANTICS.md#portfolio 10.
#pragma once

#include <cstdint>
#include <span>

#include "revenue/retention.h"
#include "stats/resamples.h"
#include "validate/calibration.h"

namespace kenko::revenue {

/// One account's part: all of it or nothing.
struct Stake {
  double amount = 0;  ///< millionths, at least 0
  validate::Chance chance;
};

/// The sum of amount x chance; its interval holds what will really come: chances are off together (one normal deviate
/// on the log odds, as wide as their intervals), then each part comes or does not.
[[nodiscard]] stats::Estimate forecast(std::span<const Stake> stakes, const Resampling& how);

}  // namespace kenko::revenue
