#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text_arena.h"

namespace kenko {
namespace {

// What PartsHash::add feeds to the hash, written out.
std::string part(const std::string& text) {
  std::string bytes = "s";
  for (size_t i = 0; i < 8; ++i) bytes += static_cast<char>(text.size() >> (8 * i));
  return bytes + text;
}

TEST(PartsHash, LongSequencesHashTheSameBytesAsShortOnes) {
  // From far below to far beyond what is kept on the stack, with a part that crosses its end at every place.
  for (size_t size = 0; size < 1200; size += 7) {
    const std::string first(size, 'x'), second(size / 3, 'y');
    EXPECT_EQ(PartsHash().add(first).add(second).add("z").hash(), hash128(part(first) + part(second) + part("z")))
        << size;
  }
  EXPECT_EQ(PartsHash().add(int64_t{-2}).absent().hash(), hash128("i\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                                                  "a"));
}

TEST(Hash128, IsShownAsThirtyTwoDigits) {
  EXPECT_EQ((Hash128{0x0123456789abcdefULL, 0xfULL}).hex(), "0123456789abcdef000000000000000f");
}

TEST(TextArena, TextsStayWhereTheyAre) {
  TextArena arena;
  std::vector<std::string_view> kept;
  for (int round = 0; round < 2; ++round) {
    kept.clear();
    for (size_t i = 0; i < 5000; ++i) kept.push_back(arena.keep(std::string(i % 997, static_cast<char>('a' + i % 26))));
    kept.push_back(arena.keep(std::string(1'000'000, '#')));  // longer than a block
    kept.push_back(arena.keep(""));
    for (size_t i = 0; i < 5000; ++i) {
      ASSERT_EQ(kept[i], std::string(i % 997, static_cast<char>('a' + i % 26))) << i;
    }
    EXPECT_EQ(kept[5000], std::string(1'000'000, '#'));
    EXPECT_NE(kept[5001].data(), nullptr);
    arena.clear();
    EXPECT_EQ(arena.bytes(), 0U);
  }
}

}  // namespace
}  // namespace kenko
