// customers.h
//
// Customers who come, thrive or tire, and leave: what the figures of back-tests and fits are measured with.
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "shape.h"

namespace kenko::bench {

/// So many customers at any time; whoever leaves is followed by a new one.
struct Customers {
  int32_t at_a_time = 10'000;
  int32_t days = 1'277;  ///< three years of as-of days, half a year before, a quarter after
  uint64_t seed = 1;

  [[nodiscard]] Day first_day() const { return Day::of(2022, 1, 1); }
  [[nodiscard]] Day last_day() const { return first_day() + (days - 1); }
};

/// Their events, sorted by time; some 0.6 a customer and day.  How much a customer does follows a mood that walks at
/// random; the lower it is, the sooner he leaves (account.churned, some 8 in 100 a year leave in good mood, ten times
/// as many in bad).
[[nodiscard]] std::vector<Row> rows_of(const Customers& customers);

}  // namespace kenko::bench
