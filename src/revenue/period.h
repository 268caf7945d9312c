// revenue/period.h
//
// Periods of the fiscal calendar.  docs/SEMANTICS.md#portfolio 2.
#pragma once

#include <string>
#include <vector>

#include "base/day.h"
#include "facts/settings.h"

namespace kenko::revenue {

/// A span of days.  What was there when it began is what was there at the end of the day before.
///
/// Invariants: from <= to, both included.
struct Period {
  std::string name;  ///< "Q1", "year"; empty = asked for by its days
  Day from, to;
  bool cut = false;  ///< the calendar's period is longer: it goes on, or began earlier

  [[nodiscard]] Day opening() const { return from - 1; }
  [[nodiscard]] Day closing() const { return to; }
};

/// Which periods of the calendar.
enum class Grain : uint8_t { month, quarter, year };

/// The first day of the fiscal period that holds `day`.
[[nodiscard]] Day period_start(const facts::Settings& settings, Grain grain, Day day);

/// The periods up to the one that holds `last` (cut there), at most `count`, oldest first, none with an opening before
/// `earliest`.
[[nodiscard]] std::vector<Period> periods_until(const facts::Settings& settings, Grain grain, Day earliest, Day last,
                                                int count);

}  // namespace kenko::revenue
