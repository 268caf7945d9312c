// notify/kinds.h
//
// The kinds of messages: what `events:` of channels.yaml may ask for.
#pragma once

#include <array>
#include <string_view>

namespace kenko::notify {

/// Dotted, as the types of Standard Webhooks.  A kind always has the same form of data.
inline constexpr std::array<std::string_view, 16> kKinds = {
    "alert.opened",    "alert.escalated", "alert.resolved", "alert.moved",  "portfolio.notice", "task.created",
    "task.overdue",    "task.moved",      "play.enrolled",  "play.stopped", "play.message",     "accounts.unowned",
    "renewal.changed", "digest.daily",    "digest.weekly",  "test",
};

/// What stays in the digest alone unless it is asked for by name.
[[nodiscard]] constexpr bool is_digest(std::string_view kind) { return kind.starts_with("digest."); }

}  // namespace kenko::notify
