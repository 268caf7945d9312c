// facts/day_window.h
//
// Decides which days a window covers.  Every executor agrees with this file; docs/SEMANTICS.md#windows says it in prose
// and tests/cases/windows/*.yaml pin every edge.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "base/day.h"

namespace kenko::facts {

inline constexpr int32_t kMaxWindowDays = 36'500;

/// The days that a metric looks back on.
///
/// Meaning:    a day x is inside when as_of - length < x <= as_of: the as-of day counts, the day `length` days before
/// does not. Units:      calendar days of the workspace's time zone; 23- and 25-hour days count as one. Invariants: 1
/// <= length <= kMaxWindowDays.  Plain value, 8 bytes.
class DayWindow {
 public:
  DayWindow(Day as_of, int32_t length_days) : first_(as_of - (length_days - 1)), last_(as_of) {
    KENKO_CHECK(length_days >= 1 && length_days <= kMaxWindowDays, "window of {} days", length_days);
  }
  [[nodiscard]] bool contains(Day x) const { return first_ <= x && x <= last_; }
  [[nodiscard]] Day first() const { return first_; }  ///< included
  [[nodiscard]] Day last() const { return last_; }    ///< included

 private:
  Day first_;
  Day last_;
};

}  // namespace kenko::facts
