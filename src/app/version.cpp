#include "app/version.h"

#include <fmt/format.h>

#include "base/time_zone.h"

namespace kenko::app {

std::string version_text() { return fmt::format("kenko {} (zone data {})", KENKO_VERSION, TimeZone::data_version()); }

}  // namespace kenko::app
