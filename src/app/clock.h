// app/clock.h
//
// Which day a command is about when nobody names one.  The instant is an argument (ports::Clock gives it).
#pragma once

#include <optional>

#include "base/day.h"
#include "facts/settings.h"

namespace kenko::app {

/// The instant at which day `d` closes: `close_at` of the next day in the workspace's zone.
[[nodiscard]] Instant close_of(Day d, const facts::Settings& settings);

/// The last day that has closed at `now` (a day is closed from close_of(day) on).
[[nodiscard]] Day last_closed_day(Instant now, const facts::Settings& settings);

/// The day that commands use without --as-of: the last closed day, but no day after the newest fact.
/// No facts: the last closed day.
[[nodiscard]] Day default_as_of(Instant now, const facts::Settings& settings, std::optional<Day> newest_day);

}  // namespace kenko::app
