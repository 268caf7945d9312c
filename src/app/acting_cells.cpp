#include "app/acting_cells.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::app {

report::Cell maybe(const std::string& text) {
  if (text.empty()) return {};
  return {text};
}

std::string local_text(Instant at, const TimeZone& zone) {
  const Day day = zone.day_of(at);
  const int64_t minutes = (at.micros - zone.start_of(day).micros) / 60'000'000;
  return fmt::format("{} {:02}:{:02}", day.iso(), minutes / 60, minutes % 60);
}

std::string level_text(alerts::Level level) {
  std::string out(alerts::word(level));
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

}  // namespace kenko::app
