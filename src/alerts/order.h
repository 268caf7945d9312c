// alerts/order.h
//
// Which account first.  docs/ALERTS.md "Order".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "alerts/account_day.h"
#include "alerts/ledger.h"

namespace kenko::alerts {

/// What the order goes by, the same for a whole list.
enum class RankedBy : uint8_t { expected_loss, priority, urgency };
[[nodiscard]] std::string_view word(RankedBy by);

/// An account's place.
///
/// value: millionths of the currency (priority: ARR x urgency / 100), or urgency in hundredths.
struct Rank {
  uint32_t account = 0;
  int64_t value = 0;
  bool assumed = false;    ///< its ARR is unknown: the median of the others stands for it
  bool contacted = false;  ///< within the cool-down: below the others
};

struct Ranking {
  RankedBy by = RankedBy::urgency;
  std::vector<Rank> accounts;  ///< the first first
};

/// Urgency of an account in hundredths: 100 - (score - points fallen in 30 days); without a score 100.
[[nodiscard]] int32_t urgency(const AccountDay& row, int32_t fall);

/// Ranks the accounts of the last closed day.  contacted: those that were spoken to within the cool-down by what people
/// did. By expected loss where at least half of the scored rows say one, else by priority where some row has an ARR,
/// else by urgency.  What a row does not say is taken to be the median of those that do.
[[nodiscard]] Ranking rank(const Signals& signals, const ClosedDay& day, const std::set<uint32_t>& contacted);

}  // namespace kenko::alerts
