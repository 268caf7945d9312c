#include "facts/dictionary.h"

#include <gtest/gtest.h>

#include <string>

namespace kenko::facts {
namespace {

TEST(Dictionary, CodesAreDenseAndStable) {
  Dictionary d;
  EXPECT_EQ(d.find("a"), 0U);
  EXPECT_EQ(d.intern("a"), 1U);
  EXPECT_EQ(d.intern(""), 2U);
  EXPECT_EQ(d.intern("a"), 1U);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(d.intern("text number " + std::to_string(i)), static_cast<uint32_t>(i) + 3);
  }
  EXPECT_EQ(d.size(), 100'002U);
  EXPECT_EQ(d.text(2), "");
  for (uint32_t code = 1; code <= d.size(); ++code) ASSERT_EQ(d.find(d.text(code)), code);
}

TEST(Dictionary, ViewsOutliveGrowthAndMoves) {
  Dictionary d;
  const std::string_view first = d.text(d.intern("first"));
  for (int i = 0; i < 50'000; ++i) d.intern(std::to_string(i));
  const Dictionary moved = std::move(d);
  EXPECT_EQ(first.data(), moved.text(1).data());
}

TEST(Dictionary, AnImageIsTheSameDictionaryAndCanGrow) {
  Dictionary d;
  for (int i = 0; i < 1000; ++i) d.intern(std::to_string(i * 7));
  std::string bytes;
  std::vector<uint64_t> ends;
  for (uint32_t code = 1; code <= d.size(); ++code) {
    bytes += d.text(code);
    ends.push_back(bytes.size());
  }
  const std::vector<uint64_t> slots = d.image_slots();
  Dictionary mapped = Dictionary::mapped({ends, bytes, slots}, nullptr);
  EXPECT_EQ(mapped.size(), d.size());
  for (uint32_t code = 1; code <= d.size(); ++code) {
    ASSERT_EQ(mapped.text(code), d.text(code));
    ASSERT_EQ(mapped.find(d.text(code)), code);
  }
  EXPECT_EQ(mapped.find("not there"), 0U);
  EXPECT_EQ(mapped.intern("7"), d.find("7"));
  EXPECT_EQ(mapped.intern("new"), d.size() + 1);
  EXPECT_EQ(mapped.intern("new"), d.size() + 1);
  EXPECT_EQ(mapped.text(d.size() + 1), "new");
}

TEST(Dictionary, AnEmptyImageIsEmpty) {
  const std::vector<uint64_t> slots = Dictionary().image_slots();
  Dictionary mapped = Dictionary::mapped({{}, {}, slots}, nullptr);
  EXPECT_EQ(mapped.size(), 0U);
  EXPECT_EQ(mapped.find(""), 0U);
  EXPECT_EQ(mapped.intern("a"), 1U);
}

}  // namespace
}  // namespace kenko::facts
