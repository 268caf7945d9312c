// team/read_team.h
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "calendar/work_calendar.h"
#include "team/team.h"

namespace kenko::team {

/// Reads team.yaml; docs/TEAM.md#team lists its keys.  `file` is the name in messages; `calendar` knows the regions.
/// Errors: all problems at once, each with place and hint.
[[nodiscard]] Result<Team> read_team(std::string_view yaml, const std::string& file,
                                     const calendar::WorkCalendar& calendar);

}  // namespace kenko::team
