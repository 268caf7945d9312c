// app/version.h
#pragma once

#include <string>

namespace kenko::app {

/// "kenko 0.1.0 (zone data 2026.6)".
[[nodiscard]] std::string version_text();

}  // namespace kenko::app
