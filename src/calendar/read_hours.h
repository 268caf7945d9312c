// calendar/read_hours.h
//
// `hours: {mon-thu: "09:00-12:30, 13:30-18:00", fri: "09:00-15:00"}`.  Private to this folder.
#pragma once

#include <optional>

#include "calendar/work_calendar.h"
#include "tree/reader.h"

namespace kenko::calendar {

/// nullopt after a problem: "bad-weekday", "bad-hours", "no-working-day".
[[nodiscard]] std::optional<WeekHours> read_hours(const tree::Values& values, const tree::Node& node);

}  // namespace kenko::calendar
