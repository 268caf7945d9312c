#include "text/characters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "text/tokens.h"

namespace kenko::text {
namespace {

std::vector<std::string> tokens(std::string_view text) {
  const Tokens t(text);
  std::vector<std::string> out;
  for (size_t i = 0; i < t.size(); ++i) out.emplace_back(t[i]);
  return out;
}

TEST(Characters, EveryCodePointSurvivesItsBytes) {
  for (char32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 37) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    append_code_point(bytes, c);
    ASSERT_TRUE(is_utf8(bytes)) << static_cast<uint32_t>(c);
    std::string_view rest = bytes;
    ASSERT_EQ(take_code_point(rest), c);
    ASSERT_TRUE(rest.empty());
  }
}

TEST(Characters, BrokenBytesAreTakenOneByOne) {
  for (const std::string_view broken : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF8", "\xE3\x81", "\xF4\x90\x80\x80"}) {
    std::string_view rest = broken;
    size_t taken = 0;
    while (!rest.empty()) {
      EXPECT_EQ(take_code_point(rest), kReplacement);
      ++taken;
    }
    EXPECT_EQ(taken, broken.size());
  }
}

TEST(Characters, Cases) {
  for (const auto& [upper, lower] :
       {std::pair{U'A', U'a'}, {U'É', U'é'}, {U'Ż', U'ż'}, {U'Ÿ', U'ÿ'}, {U'Σ', U'σ'}, {U'Ж', U'ж'}, {U'Ё', U'ё'}}) {
    EXPECT_EQ(lower_case(upper), lower);
    EXPECT_EQ(lower_case(lower), lower);
    EXPECT_TRUE(is_upper(upper) && has_case(upper) && has_case(lower) && !is_upper(lower));
  }
  EXPECT_FALSE(has_case(U'×') || has_case(U'解') || has_case(U'1'));
}

TEST(TokensTest, WordsAndCharacters) {
  EXPECT_THAT(tokens("L'App è giù 3 volte"), testing::ElementsAre("l", "app", "e", "giu", "3", "volte"));
  EXPECT_THAT(tokens("ログインerror５００解約"), testing::ElementsAre("ロ", "グ", "イ", "ン", "error500", "解", "約"));
  EXPECT_THAT(tokens("ｶﾞｷﾞ が か\xE3\x82\x99"), testing::ElementsAre("ガ", "ギ", "が", "が"))
      << "voiced marks are joined";
  EXPECT_THAT(tokens("cafe\xCC\x81"), testing::ElementsAre("cafe"));
  EXPECT_THAT(tokens("👍🏽❤\xEF\xB8\x8F"), testing::ElementsAre("👍", "❤"));
  EXPECT_THAT(tokens("한국어 지원"), testing::ElementsAre("한국어", "지원"));
}

TEST(TokensTest, ClausesAndCounts) {
  const Tokens t("a, b！ c？d 12\n好の");
  EXPECT_EQ(t.clause(0), 0U);
  EXPECT_EQ(t.clause(1), 1U);
  EXPECT_EQ(t.clause(t.size() - 1), 4U);
  EXPECT_EQ(t.words(), 4U);
  EXPECT_EQ(t.han(), 1U);
  EXPECT_EQ(t.kana(), 1U);
  EXPECT_EQ(t.exclamations(), 1U);
  EXPECT_EQ(t.questions(), 1U);
}

}  // namespace
}  // namespace kenko::text
