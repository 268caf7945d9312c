// validate/outcomes.h
//
// What happened to accounts that a model's outcome means.  docs/SEMANTICS.md#outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"

namespace kenko::validate {

/// One thing that happened.
struct Happening {
  Day decision;                ///< notice if known, else the effective day, else the event's own day
  Day effective;               ///< the day on which money leaves or comes
  bool ends_life = false;      ///< the customer left by it
  bool counts = true;          ///< it is of this outcome; false: another way to leave
  int64_t amount = INT64_MIN;  ///< millionths of the workspace's currency; INT64_MIN = unknown
  std::string reason;          ///< the property `reason`, else empty
};

/// The day that a property of an event names, in the workspace's zone; nullopt without one.
[[nodiscard]] std::optional<Day> day_property(const facts::Portfolio& portfolio, std::string_view key, uint64_t row);

/// The decision day of a row of portfolio.events: its `notice_at`, else its `effective_at`, else its own day.
[[nodiscard]] Day decision_day(const facts::Portfolio& portfolio, uint64_t row);

/// What happened to one account up to `until`, by decision day.  For an outcome by absence: the events whose absence it
/// is.
[[nodiscard]] std::vector<Happening> happenings(const engine::Engine& engine, size_t outcome, uint32_t account,
                                                Day until);

}  // namespace kenko::validate
