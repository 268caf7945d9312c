// notify/curl_transport.h
//
// SMTP and HTTP by libcurl.
#pragma once

#include <memory>
#include <string>

#include "notify/transport.h"

namespace kenko::notify {

/// Limits of one try; tests make them short.
struct TransportLimits {
  int64_t connect_ms = 10'000;
  int64_t whole_ms = 30'000;
  size_t answer_bytes = 64 * 1024;  ///< of head and of body; what is longer is not read on
};

/// Follows no redirect, uses no proxy and no .netrc, speaks HTTP(S) and SMTP(S) alone, and checks every address that it
/// is about to connect to after the name was resolved (notify/address_guard.h): a name that changes its address cannot
/// get round it.
class CurlTransport final : public Transport {
 public:
  /// ca_file: authorities to trust instead of the machine's; empty = the machine's.
  explicit CurlTransport(std::string ca_file = {}, TransportLimits limits = {});
  ~CurlTransport() override;

  [[nodiscard]] TryResult post(const HttpPost& request) override;
  [[nodiscard]] TryResult send(const Mail& mail) override;

 private:
  struct Handle;
  std::string ca_file_;
  TransportLimits limits_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace kenko::notify
