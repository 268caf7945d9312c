// app/acting_cells.h
//
// Cells and words that the lists of alerts, tasks and plays share.
#pragma once

#include <string>

#include "alerts/rules.h"
#include "base/time_zone.h"
#include "report/table.h"

namespace kenko::app {

/// The text; null where it is empty.
[[nodiscard]] report::Cell maybe(const std::string& text);
/// "2026-11-20 09:00" of the zone's clocks.
[[nodiscard]] std::string local_text(Instant at, const TimeZone& zone);
/// The level as people read it: "at risk".
[[nodiscard]] std::string level_text(alerts::Level level);

}  // namespace kenko::app
