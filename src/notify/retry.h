// notify/retry.h
//
// When a message that did not arrive is tried again.  Pure: no clock, no randomness.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/day.h"

namespace kenko::notify {

/// Tries of a message before it is given up.
inline constexpr int kMostTries = 10;
/// No receiver is waited for longer than this, whatever it asks for.
inline constexpr int64_t kMostRetryAfterSeconds = 86'400;

/// The instant of the next try after `tries` of them failed, the last one at `failed`; nullopt when it was the last.
///
/// Waits are 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h (the schedule of the Standard Webhooks specification), each
/// up to a tenth longer by the hash of message and try, so that what failed together is not tried together.
/// retry_after: what the receiver asked for, in seconds; the later of the two counts, at most kMostRetryAfterSeconds.
[[nodiscard]] std::optional<Instant> next_try(std::string_view message_id, int tries, Instant failed,
                                              std::optional<int64_t> retry_after);

}  // namespace kenko::notify
