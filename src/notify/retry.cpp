#include "notify/retry.h"

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace kenko::notify {

std::optional<Instant> next_try(std::string_view message_id, int tries, Instant failed,
                                std::optional<int64_t> retry_after) {
  constexpr int64_t kMinute = 60, kHour = 3600, kMicros = 1'000'000;
  constexpr std::array<int64_t, kMostTries - 1> kWaits = {5,          5 * kMinute, 30 * kMinute, 2 * kHour, 5 * kHour,
                                                          10 * kHour, 14 * kHour,  20 * kHour,   24 * kHour};
  if (tries < 1 || tries > std::ssize(kWaits)) return std::nullopt;
  const int64_t wait = kWaits[static_cast<size_t>(tries - 1)] * kMicros;
  const uint64_t hash = PartsHash().add(message_id).add(int64_t{tries}).hash().low;
  constexpr uint64_t kSteps = 1000;  // thousandths of a tenth
  const int64_t jitter = wait / 10 * static_cast<int64_t>(hash % kSteps) / static_cast<int64_t>(kSteps);
  const int64_t asked = std::clamp<int64_t>(retry_after.value_or(0), 0, kMostRetryAfterSeconds) * kMicros;
  return Instant{failed.micros + std::max(wait + jitter, asked)};
}

}  // namespace kenko::notify
