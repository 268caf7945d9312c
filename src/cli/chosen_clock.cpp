#include "cli/chosen_clock.h"

#include <fmt/format.h>

#include "app/system.h"

namespace kenko::cli {

Result<ChosenClock> ChosenClock::of(const std::string& now) {
  if (now.empty()) return ChosenClock({});
  const auto at = Instant::parse(now);
  if (at) return ChosenClock(at);
  return Problem{
      "bad-option",   {}, fmt::format("--now is `{}`, which is no time", now), "write 2026-11-20T09:00:00Z", "",
      Severity::error};
}

Instant ChosenClock::now() const { return at_ ? *at_ : app::now(); }

}  // namespace kenko::cli
