// Which addresses a message may be posted to.
#include "notify/address_guard.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace kenko::notify {
namespace {

TEST(AddressGuard, WhatTheInternetDoesNotReach) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.1.2",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::8.8.8.8",
                              "100::1",
                              "2001::1",
                              "2001:0:1::1",
                              "2001:2::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "2002:808:808::1",
                              "3fff::1",
                              "3fff:fff::1",
                              "4000::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1"}) {
    const auto ip = parse_ip(address);
    ASSERT_TRUE(ip) << address;
    EXPECT_FALSE(is_public(*ip)) << address;
  }
}

TEST(AddressGuard, WhatItReaches) {
  for (const char* address : {"1.1.1.1",          "8.8.8.8",     "9.255.255.255",        "11.0.0.0",
                              "100.63.255.255",   "100.128.0.0", "126.255.255.255",      "128.0.0.0",
                              "169.253.255.255",  "169.255.0.0", "172.15.255.255",       "172.32.0.0",
                              "192.0.1.1",        "192.0.3.0",   "192.167.255.255",      "192.169.0.0",
                              "198.17.255.255",   "198.20.0.0",  "223.255.255.255",      "::ffff:8.8.8.8",
                              "64:ff9b::8.8.8.8", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111",
                              "2003::1",          "3ffe::1"}) {
    const auto ip = parse_ip(address);
    ASSERT_TRUE(ip) << address;
    EXPECT_TRUE(is_public(*ip)) << address;
  }
}

TEST(AddressGuard, WhatIsNoAddress) {
  for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "0x7f000001", "2130706433",
                           ":::", "[::1]", "::1%lo", "1.2.3.4 "}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
}

TEST(AddressGuard, OfASocket) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(0x7f000001);
  sockaddr_storage any{};
  std::memcpy(&any, &four, sizeof four);
  const auto ip = ip_of(reinterpret_cast<const sockaddr&>(any));
  ASSERT_TRUE(ip);
  EXPECT_EQ(ip_text(*ip), "127.0.0.1");
  any.ss_family = AF_UNIX;
  EXPECT_FALSE(ip_of(reinterpret_cast<const sockaddr&>(any)));
}

}  // namespace
}  // namespace kenko::notify
