#include "app/system.h"

namespace kenko::app {

const ports::Clock& system_clock() {
  static const ports::SystemClock clock;
  return clock;
}

Instant now() { return system_clock().now(); }

}  // namespace kenko::app
