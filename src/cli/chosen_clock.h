// cli/chosen_clock.h
//
// The machine's clock, or one that stands at --now.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "ports/clock.h"

namespace kenko::cli {

inline constexpr const char* kNowHelp = "act as at this instant, 2026-11-20T09:00:00Z; default: now";

class ChosenClock final : public ports::Clock {
 public:
  /// now: the text of --now, empty = the machine's clock.  Problem "bad-option".
  [[nodiscard]] static Result<ChosenClock> of(const std::string& now);
  [[nodiscard]] Instant now() const override;

 private:
  explicit ChosenClock(std::optional<Instant> at) : at_(at) {}
  std::optional<Instant> at_;
};

}  // namespace kenko::cli
