// When a message is tried again.
#include "notify/retry.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace kenko::notify {
namespace {

const Instant kFailed = *Instant::parse("2026-11-20T09:00:00Z");

double wait_seconds(std::string_view id, int tries, std::optional<int64_t> asked = {}) {
  const auto next = next_try(id, tries, kFailed, asked);
  return next ? static_cast<double>(next->micros - kFailed.micros) / 1e6 : -1;
}

TEST(Retry, TheScheduleOfTheSpecification) {
  const std::vector<double> waits = {5, 300, 1800, 7200, 18'000, 36'000, 50'400, 72'000, 86'400};
  for (size_t i = 0; i < waits.size(); ++i) {
    for (const char* id : {"a", "b", "c", "d"}) {
      const double wait = wait_seconds(id, static_cast<int>(i) + 1);
      EXPECT_GE(wait, waits[i]);
      EXPECT_LT(wait, waits[i] * 1.1);
    }
  }
  EXPECT_FALSE(next_try("a", kMostTries, kFailed, {})) << "the last try was the last";
  EXPECT_FALSE(next_try("a", 0, kFailed, {}));
}

TEST(Retry, WhatFailedTogetherIsNotTriedTogether) {
  std::set<double> waits;
  for (int i = 0; i < 200; ++i) waits.insert(wait_seconds(std::to_string(i), 2));
  EXPECT_GT(waits.size(), 150U);
  EXPECT_NE(wait_seconds("a", 2) / 300, wait_seconds("a", 3) / 1800) << "another part of each wait";
  EXPECT_EQ(wait_seconds("a", 2), wait_seconds("a", 2));
}

TEST(Retry, WhatTheReceiverAsksFor) {
  EXPECT_EQ(wait_seconds("a", 1, 120), 120);
  EXPECT_GE(wait_seconds("a", 2, 120), 300) << "not earlier than planned";
  EXPECT_EQ(wait_seconds("a", 1, 90 * 86'400), 86'400) << "bounded";
  EXPECT_EQ(wait_seconds("a", 1, INT64_MAX), 86'400);
  EXPECT_EQ(wait_seconds("a", 1, -5), wait_seconds("a", 1));
  EXPECT_FALSE(next_try("a", kMostTries, kFailed, 60));
}

}  // namespace
}  // namespace kenko::notify
