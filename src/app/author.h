// app/author.h
//
// Who enters facts by hand.
#pragma once

#include <string>

#include "base/result.h"

namespace kenko::app {

/// The name that stands on an entry: `told` (--by), else `from_environment` (KENKO_AUTHOR), else the user of this
/// machine who runs the program.  Blanks at both ends are cut.  Problem "no-author" when there is none of them.
[[nodiscard]] Result<std::string> find_author(const std::string& told, const std::string& from_environment);

}  // namespace kenko::app
