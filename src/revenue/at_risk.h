// revenue/at_risk.h
//
// How much of what is paid today will be gone soon, if bands lose as they lost in the year before.
// docs/SEMANTICS.md#portfolio 9.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "revenue/retention.h"
#include "stats/resamples.h"

namespace kenko::revenue {

/// An account with ARR on a past day, and whether it had none any more when the horizon ended.
struct Exposure {
  uint32_t account = 0;
  uint32_t cluster = 0;
  int16_t band = -1;   ///< position in the bands, -1 = no score
  int64_t amount = 0;  ///< ARR that day, millionths, above 0; 1 where there are no contracts
  bool left = false;
};

/// An account with ARR today.
struct Holding {
  uint32_t account = 0;
  int16_t band = -1;
  int64_t amount = 0;
};

/// Fewer accounts than these that left give no estimate.
inline constexpr int64_t kFewestLeavers = 20;

/// One band.
struct RiskLine {
  std::string name;               ///< empty = no score
  int64_t accounts = 0, arr = 0;  ///< today
  int64_t exposures = 0;          ///< accounts x past days
  int64_t leavers = 0;            ///< different accounts that left
  stats::Estimate rate;           ///< share of what was paid that left within the horizon
  stats::Estimate at_risk;        ///< of today's, in millionths
};

/// What is lost for sure: accounts that have given notice, and what of theirs ends within the horizon.
struct Decided {
  int64_t accounts = 0;
  int64_t arr = 0;   ///< what they pay today
  int64_t lost = 0;  ///< of it, within the horizon
};

/// Values are nullopt when fewer than kFewestLeavers left.
struct AtRisk {
  int32_t days = 90;      ///< the horizon
  int64_t past_days = 0;  ///< how many were looked at
  int64_t leavers = 0;    ///< different accounts
  std::vector<RiskLine> lines;
  Decided decided;
  stats::Estimate total;  ///< with what the decided take along
};

/// Rates are of the amounts; each band is given one more account of the average size in it, which loses as all do.
/// The interval of `at_risk` holds what would really be lost: clusters are resampled, then each account leaves or stays
/// by chance.  bands: names, by position.
/// Neither `past` nor `today` hold accounts that have given notice.
[[nodiscard]] AtRisk at_risk(std::span<const Exposure> past, std::span<const Holding> today, const Decided& decided,
                             const std::vector<std::string>& bands, const Resampling& how);

}  // namespace kenko::revenue
