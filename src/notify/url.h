// notify/url.h
//
// The addresses that messages are posted to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kenko::notify {

/// The parts of an address that decide where a request goes.
struct Url {
  bool secure = false;  ///< https
  std::string host;     ///< lower case; an IPv6 address without brackets
  uint16_t port = 0;

  /// "https://hooks.example.com": without path and query, which may hold secrets.
  [[nodiscard]] std::string shown() const;
};

/// Reads http:// and https:// addresses in ASCII without blanks, fragments, names or passwords; nullopt for anything
/// else.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace kenko::notify
