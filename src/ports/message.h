// ports/message.h
//
// What is told to people and to other programs, between the one who says it, the outbox that keeps it and the one who
// sends it.
#pragma once

#include <string>

#include "base/day.h"

namespace kenko::ports {

/// The channel of messages that go by e-mail; no endpoint may have this name.
inline constexpr const char* kMailChannel = "mail";

/// One message to one receiver.
///
/// Meaning:    what is said, ready to be shown; never a secret.  The channel says how it goes (notify/channels.h).
/// Identity:   the same id = the same message, however often it is added or sent: receivers tell repetitions by it
///             (Message-ID, webhook-id).
/// Invariants: id is 32 lower-case hex digits; texts are UTF-8; json is one JSON object, or empty.
struct Message {
  std::string id;         ///< Hash128::hex() of what makes it this message (account, cause, day ...)
  std::string kind;       ///< alert.opened, digest.daily, test ... (notify/kinds.h)
  std::string channel;    ///< kMailChannel, or the name of an endpoint
  std::string recipient;  ///< mail: one address; else empty
  std::string subject;    ///< one line
  std::string text;       ///< plain; lines end with \n
  std::string html;       ///< a whole page for mail; may be empty
  std::string json;       ///< `data` of a webhook; empty = subject and text
  Instant created;        ///< of what it says, not of its sending
  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace kenko::ports
