// app/overdue.h
//
// Feeds that should have brought something by now (`every:` in kenko.yaml), told apart from customers who are silent.
#pragma once

#include <string>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::app {

/// A source that is overdue on a day; docs/SEMANTICS.md#observation-zero-and-null 8.
struct OverdueSource {
  std::string source;
  int32_t every_days = 0;
  Day last;                          ///< its last fact day
  Day since;                         ///< the first overdue day
  std::vector<std::string> metrics;  ///< that keep their points of `last`; empty without a plan
  std::vector<std::string> watched;  ///< watched conditions that rest on it
};

/// Those of the day, in the order of kenko.yaml.  `plan` may be nullptr.
[[nodiscard]] std::vector<OverdueSource> overdue_sources(const facts::Portfolio& portfolio, const plan::Plan* plan,
                                                         Day day);

/// One sentence on all of them; empty when there is none.
[[nodiscard]] std::string overdue_sentence(const std::vector<OverdueSource>& overdue);

}  // namespace kenko::app
