#include "app/clock.h"

#include <algorithm>

namespace kenko::app {

Instant close_of(Day d, const facts::Settings& settings) {
  constexpr int64_t kMicrosPerMinute = 60'000'000;
  LocalTime local;
  local.day = d + 1;
  local.micros_of_day = settings.close_minutes * kMicrosPerMinute;
  return settings.time_zone.instant_of(local);
}

Day last_closed_day(Instant now, const facts::Settings& settings) {
  Day day = settings.time_zone.day_of(now);
  while (close_of(day, settings) > now) day = day - 1;
  return day;
}

Day default_as_of(Instant now, const facts::Settings& settings, std::optional<Day> newest_day) {
  const Day closed = last_closed_day(now, settings);
  return newest_day ? std::min(closed, *newest_day) : closed;
}

}  // namespace kenko::app
