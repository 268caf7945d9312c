// app/reason.h
//
// Why somebody does what is kept for ever.
#pragma once

#include <string>

#include "base/result.h"

namespace kenko::app {

/// The reason without blanks at its ends.  Problem "no-reason" when there is none or it is not UTF-8: `question` asks
/// for it, `command` is where it will stand.
[[nodiscard]] Result<std::string> checked_reason(const std::string& reason, const std::string& question,
                                                 const std::string& command);

}  // namespace kenko::app
