#include "notify/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "notify/address_guard.h"

namespace kenko::notify {
namespace {

bool is_host(std::string_view host) {
  constexpr size_t kLongest = 253;
  return !host.empty() && host.size() <= kLongest && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

// Takes "[::1]" or "host" off the front of `rest`; empty when there is none.
std::string take_host(std::string_view& rest) {
  if (rest.starts_with('[')) {
    const size_t end = rest.find(']');
    if (end == std::string_view::npos) return {};
    std::string host = text::lower(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    return host.find(':') != std::string::npos && parse_ip(host) ? host : std::string();
  }
  std::string host = text::lower(rest.substr(0, rest.find(':')));
  rest.remove_prefix(host.size());
  return is_host(host) ? host : std::string();
}

}  // namespace

std::string Url::shown() const {
  const bool usual = port == (secure ? 443 : 80);
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return fmt::format("{}://{}{}", secure ? "https" : "http", name, usual ? "" : fmt::format(":{}", port));
}

std::optional<Url> parse_url(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~' || c == '#' || c == '\\'; })) {
    return std::nullopt;
  }
  Url out;
  const std::string start = text::lower(text.substr(0, 8));
  if (start.starts_with("https://")) {
    out.secure = true;
    text.remove_prefix(8);
  } else if (start.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  std::string_view authority = text.substr(0, text.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  out.host = take_host(authority);
  if (out.host.empty()) return std::nullopt;
  out.port = out.secure ? 443 : 80;
  if (authority.empty()) return out;
  if (authority[0] != ':') return std::nullopt;
  const auto port = text::parse_int(authority.substr(1));
  constexpr int64_t kLast = 65'535;
  if (!port || *port < 1 || *port > kLast) return std::nullopt;
  out.port = static_cast<uint16_t>(*port);
  return out;
}

}  // namespace kenko::notify
