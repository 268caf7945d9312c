// notify/webhook.h
//
// Messages as HTTP posts: the body and signature of Standard Webhooks, and the body that Slack takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "notify/channels.h"
#include "notify/secrets.h"
#include "notify/transport.h"
#include "ports/message.h"

namespace kenko::notify {

/// `v1,` and the base64 of HMAC-SHA256 over "ID.SECONDS.BODY", once for each key, with blanks between.
[[nodiscard]] std::string webhook_signature(const std::vector<std::string>& keys, std::string_view id,
                                            int64_t unix_seconds, std::string_view body);

/// {"type", "timestamp" (when the message was made), "data"}: the same bytes at every try.
[[nodiscard]] std::string webhook_body(const ports::Message& message);

/// {"text", "blocks"}: Slack shows the blocks, others the text.  Long texts are cut where Slack would refuse them.
[[nodiscard]] std::string slack_body(const ports::Message& message);

/// The post of a message to its endpoint; `now` is the time of this try, which is signed.  Problems: "no-secret",
/// "bad-secret", "bad-url".
[[nodiscard]] Result<HttpPost> post_of(const Endpoint& endpoint, const ports::Message& message, Instant now,
                                       const SecretSource& secrets);

}  // namespace kenko::notify
