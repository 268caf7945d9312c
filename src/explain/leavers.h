// explain/leavers.h
//
// The smallest proof that a score means something: how the customers who left scored before they decided, against those
// who stayed.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"

namespace kenko::explain {

/// Mean scores so many days before a decision to leave.
///
/// The decision day is the notice where an `account.churned` event says one (property `notice_at`), else its effective
/// day, else the event's day.  Stayers: all accounts without such an event, on the same days.  Means are over the
/// accounts (stayers: account-days) that had a score; in hundredths, -1 when there is none.
struct LeaverRow {
  int32_t days_before = 0;
  int64_t leavers = 0;
  int32_t leavers_mean = -1;
  int64_t stayer_days = 0;
  int32_t stayers_mean = -1;
};

struct LeaverTable {
  int64_t left = 0;    ///< accounts with such an event up to the as-of day
  int64_t stayed = 0;  ///< accounts without
  std::vector<LeaverRow> rows;
};

/// Rows for 90, 60 and 30 days before, and for the day of the decision.
[[nodiscard]] LeaverTable leavers_against_stayers(const engine::Engine& engine, Day as_of, int threads);

}  // namespace kenko::explain
