// calendar/read_calendar.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time_zone.h"
#include "calendar/work_calendar.h"

namespace kenko::calendar {

/// A list of holidays that a calendar may name: share/calendars/NAME.yaml.
struct ShippedList {
  std::string name;  ///< "us"
  std::string yaml;  ///< its text
};

/// Reads calendar.yaml; docs/TEAM.md#calendar lists its keys.
///
/// file:    as messages name it.
/// zone:    that of the workspace: what a region without a zone of its own uses.
/// shipped: only the lists that the file names are read; its own lists of the same name win.
/// Errors:  all problems at once, each with place and hint.
[[nodiscard]] Result<WorkCalendar> read_calendar(std::string_view yaml, const std::string& file, const TimeZone& zone,
                                                 const std::vector<ShippedList>& shipped);

}  // namespace kenko::calendar
