// notify/address_guard.h
//
// Which network addresses a message may be posted to when nobody allowed private ones: a webhook must not be a way into
// the machine's own network (server-side request forgery).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace kenko::notify {

/// An address as 16 bytes; an IPv4 address as ::ffff:a.b.c.d.
using IpAddress = std::array<uint8_t, 16>;

/// True for addresses that the whole internet reaches: not private, loopback, link-local, shared, reserved, multicast
/// or documentation, also not wrapped into an IPv6 address (IANA's registries of special-purpose addresses, RFC 6890).
[[nodiscard]] bool is_public(const IpAddress& address);

/// "10.0.0.1", "::1"; nullopt for anything else, names included.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
/// IPv4 and IPv6 only.
[[nodiscard]] std::optional<IpAddress> ip_of(const sockaddr& address);
/// "10.0.0.1" also where it is wrapped.
[[nodiscard]] std::string ip_text(const IpAddress& address);

}  // namespace kenko::notify
