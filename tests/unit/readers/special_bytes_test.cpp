#include "readers/special_bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace kenko::readers {
namespace {

TEST(SpecialBytes, FindsWhatALoopFinds) {
  constexpr size_t kSize = 700;
  uint32_t seed = 1;
  for (int round = 0; round < 200; ++round) {
    std::string block(kSize + SpecialBytes::kSlack, ',');  // what lies behind the block must not be found
    for (size_t i = 0; i < kSize; ++i) {
      seed = seed * 1664525 + 1013904223;
      block[i] = "abcdefghijklmnopqrstuvwxyz;\n\r,"[(seed >> 16) % (round % 2 == 0 ? 30 : 26)];
    }
    SpecialBytes special({',', '\n', '\r', '\0'});
    for (size_t p = 0; p <= kSize; p += 1 + p % 5) {
      size_t expected = p;
      while (expected < kSize && std::string_view(",\n\r").find(block[expected]) == std::string_view::npos) ++expected;
      ASSERT_EQ(special.next(block.data(), p, kSize), expected) << round << " " << p;
    }
    // Back again, and after a change.
    block[3] = ',';
    special.forget();
    EXPECT_EQ(special.next(block.data(), 3, kSize), 3U);
  }
}

}  // namespace
}  // namespace kenko::readers
