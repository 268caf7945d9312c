// ports/clock.h
//
// Where "now" comes from.  Only app hands it out; everything below takes instants and days as arguments.
#pragma once

#include "base/day.h"

namespace kenko::ports {

/// Tells the time.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's clock: the one place of the product that reads it.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

}  // namespace kenko::ports
