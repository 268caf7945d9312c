// app/system.h
//
// The machine's clock, for the command line.
#pragma once

#include "ports/clock.h"

namespace kenko::app {

[[nodiscard]] const ports::Clock& system_clock();
/// The machine's time now.
[[nodiscard]] Instant now();

}  // namespace kenko::app
