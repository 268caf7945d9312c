// app/files.h
//
// Files that a command writes for its user.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kenko::app {

/// Writes a whole file: under a temporary name first, so that a reader never sees half of it.
[[nodiscard]] Status write_output(const std::string& path, std::string_view content);

}  // namespace kenko::app
