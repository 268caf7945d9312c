// facts/manual_source.h
#pragma once

#include <string_view>

namespace kenko::facts {

/// The source of every fact that was entered by hand.  Its account ids are Kenko's own.
inline constexpr std::string_view kManualSource = "manual";

}  // namespace kenko::facts
