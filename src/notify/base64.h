// notify/base64.h
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kenko::notify {

/// RFC 4648, with padding, without line ends.
[[nodiscard]] std::string base64(std::string_view bytes);
/// Padding may be missing; nullopt for anything else that is not base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace kenko::notify
