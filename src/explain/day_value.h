// explain/day_value.h
//
// What a day's score would be with other points of a metric.  Internal to the module.
#pragma once

#include <cstdint>
#include <optional>

#include "explain/contributions.h"
#include "plan/plan.h"

namespace kenko::explain {

/// A metric's points instead of those that it has.
struct Instead {
  size_t part = 0;     ///< position in Explanation::parts
  int64_t points = 0;  ///< millionths
};

/// The account's own roll-up in hundredths (docs/SEMANTICS.md#roll-up 1, 2), nullopt when every dimension is empty.
[[nodiscard]] std::optional<int32_t> rolled_up_with(const plan::Plan& plan, const Explanation& e,
                                                    std::optional<Instead> instead);

/// The score after hierarchy, triggers and cap, before silence and override, of a day that is scored.  What else is
/// there stays as it is; an account that lives by its children alone keeps doing so.
[[nodiscard]] int32_t value_so_far(const plan::Plan& plan, const Explanation& e, std::optional<Instead> instead);

}  // namespace kenko::explain
