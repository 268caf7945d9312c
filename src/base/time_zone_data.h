// base/time_zone_data.h
//
// The packed zone files, embedded at build time (third_party/tzdata/README.md).
#pragma once

#include <string_view>

namespace kenko {

/// The bytes of third_party/tzdata/zones.bin.  Lives as long as the program.
[[nodiscard]] std::string_view time_zone_data();

}  // namespace kenko
