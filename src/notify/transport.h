// notify/transport.h
//
// The way out of the machine, behind an interface so that tests can put their own there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notify/channels.h"

namespace kenko::notify {

/// One request, ready to be sent.  Holds secrets (address, signatures): never logged.
struct HttpPost {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< without line ends
  std::string body;
  bool allow_private = false;
  std::string ca_file;  ///< authorities to trust instead of the machine's; empty = the machine's
};

/// One mail to one address, ready to be sent.  Holds the password: never logged.
struct Mail {
  SmtpServer server;
  std::string password;
  std::string to;       ///< is_address()
  std::string content;  ///< RFC 5322 with CRLF
  std::string ca_file;  ///< as of a post
};

/// What came of one try.
///
/// delivered: the receiver said that it has it.
/// failed:    it did not, or nothing is known: to be tried again.
/// refused:   it will never take this message (SMTP 5yz): not tried again.
/// gone:      it wants nothing any more (HTTP 410): the endpoint is switched off.
struct TryResult {
  enum class Kind : uint8_t { delivered, failed, refused, gone };
  Kind kind = Kind::failed;
  int status = 0;                      ///< of HTTP or SMTP; 0 = no answer came
  std::string said;                    ///< the reason in words, one line; without secrets; empty when delivered
  std::optional<int64_t> retry_after;  ///< seconds that the receiver asks for
  bool endpoint_down = false;          ///< not about this message: others would fail alike now
};

/// Threads: use from one at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual TryResult post(const HttpPost& request) = 0;
  [[nodiscard]] virtual TryResult send(const Mail& mail) = 0;
};

}  // namespace kenko::notify
