#include "notify/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace kenko::notify {
namespace {

struct Block {
  const char* first;
  int bits;
};

// Of IPv4, what is not globally reachable by IANA's registry, and multicast.
constexpr std::array<Block, 16> kNotPublic4 = {{{"0.0.0.0", 8},
                                                {"10.0.0.0", 8},
                                                {"100.64.0.0", 10},
                                                {"127.0.0.0", 8},
                                                {"169.254.0.0", 16},
                                                {"172.16.0.0", 12},
                                                {"192.0.0.0", 24},
                                                {"192.0.2.0", 24},
                                                {"192.88.99.0", 24},
                                                {"192.168.0.0", 16},
                                                {"198.18.0.0", 15},
                                                {"198.51.100.0", 24},
                                                {"203.0.113.0", 24},
                                                {"224.0.0.0", 4},
                                                {"240.0.0.0", 4},
                                                {"255.255.255.255", 32}}};
// Of the unicast block 2000::/3 of IPv6: protocol assignments and Teredo, documentation, 6to4 (which wraps IPv4).
constexpr std::array<Block, 4> kNotPublic6 = {{{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}}};

bool within(const IpAddress& address, const IpAddress& first, int bits) {
  for (int i = 0; i < bits; ++i) {
    const auto byte = static_cast<size_t>(i / 8);
    if (((address[byte] ^ first[byte]) >> (7 - i % 8)) & 1) return false;
  }
  return true;
}

bool within(const IpAddress& address, const char* first, int bits) {
  const auto begin = parse_ip(first);
  constexpr int kBitsBefore4 = 96;
  const bool four = std::string_view(first).find(':') == std::string_view::npos;
  return begin && within(address, *begin, four ? bits + kBitsBefore4 : bits);
}

IpAddress wrapped(const uint8_t* four) {
  IpAddress out{};
  out[10] = out[11] = 0xff;
  std::copy_n(four, 4, out.begin() + 12);
  return out;
}

// An IPv4 address as ::ffff:a.b.c.d.
bool is_wrapped(const IpAddress& address) {
  constexpr IpAddress kWrapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return within(address, kWrapped, 96);
}

}  // namespace

bool is_public(const IpAddress& address) {
  if (is_wrapped(address)) {
    return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                        [&](const Block& b) { return within(address, b.first, b.bits); });
  }
  // What translators between IPv6 and IPv4 make of an IPv4 address.
  if (within(address, "64:ff9b::", 96)) return is_public(wrapped(address.data() + 12));
  if (!within(address, "2000::", 3)) return false;
  return std::none_of(kNotPublic6.begin(), kNotPublic6.end(),
                      [&](const Block& b) { return within(address, b.first, b.bits); });
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string zero_ended(text);
  std::array<uint8_t, 4> four{};
  if (::inet_pton(AF_INET, zero_ended.c_str(), four.data()) == 1) return wrapped(four.data());
  IpAddress six{};
  if (::inet_pton(AF_INET6, zero_ended.c_str(), six.data()) == 1) return six;
  return std::nullopt;
}

std::optional<IpAddress> ip_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::array<uint8_t, 4> four{};
    std::memcpy(four.data(), &in.sin_addr, four.size());
    return wrapped(four.data());
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  IpAddress out{};
  std::memcpy(out.data(), &in.sin6_addr, out.size());
  return out;
}

std::string ip_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool four = is_wrapped(address);
  const char* made = four ? ::inet_ntop(AF_INET, address.data() + 12, text.data(), text.size())
                          : ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return made == nullptr ? std::string() : std::string(made);
}

}  // namespace kenko::notify
