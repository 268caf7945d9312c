// notify/curl_transport.h
//
// SMTP and HTTP by libcurl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "notify/transport.h"

namespace kenko::notify {

/// Limits of one try; tests make them short.
struct TransportLimits {
  int64_t connect_ms = 10'000;
  int64_t post_ms = 30'000;         ///< the whole try
  int64_t mail_ms = 60'000;         ///< servers that look for viruses take their time
  size_t answer_bytes = 64 * 1024;  ///< of head and of body; what is longer is not read on
};

/// Follows no redirect, uses no proxy and no .netrc, speaks HTTP(S) and SMTP(S) alone, and checks every address that it
/// is about to connect to after the name was resolved (notify/address_guard.h): a name that changes its address cannot
/// get round it.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportLimits limits = {});
  ~CurlTransport() override;

  [[nodiscard]] TryResult post(const HttpPost& request) override;
  [[nodiscard]] TryResult send(const Mail& mail) override;

 private:
  struct Handle;
  TransportLimits limits_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace kenko::notify
