// notify/json_text.h
#pragma once

#include <string>
#include <string_view>

namespace kenko::notify {

/// The text as a JSON string, with its quotes.  Requires UTF-8.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace kenko::notify
