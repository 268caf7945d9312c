#include "team/fold_name.h"

#include <gtest/gtest.h>

namespace kenko::team {
namespace {

TEST(FoldName, BlanksAndCapitals) {
  EXPECT_EQ(fold_name("  Anna \t SCHMIDT\n"), "anna schmidt");
  EXPECT_EQ(fold_name("Anna\u00A0Schmidt"), "anna schmidt");
  EXPECT_EQ(fold_name("山田\u3000太郎"), "山田 太郎");
  EXPECT_EQ(fold_name(""), "");
  EXPECT_EQ(fold_name(" \u3000 "), "");
}

TEST(FoldName, LettersBeyondEnglish) {
  EXPECT_EQ(fold_name("ÖDÖN ÁRPÁD"), fold_name("Ödön Árpád"));
  EXPECT_EQ(fold_name("ŁUKASZ ŻÓŁW Ÿ ȘTEFAN"), "łukasz żółw ÿ ștefan");
  EXPECT_EQ(fold_name("ΝΊΚΟΣ ΣΟΦΟΣ"), fold_name("Νίκος Σοφος"));
  EXPECT_EQ(fold_name("ЁЛКИНА ІВАННА Ґ"), "ёлкина іванна ґ");
  EXPECT_EQ(fold_name("NGUYỄN ƠƯ ƏLİYEVA ԱՐԱՄ"), "nguyễn ơư əlİyeva արամ");  // a Turkish İ has no single small letter
  EXPECT_EQ(fold_name("ß×÷ıĸ"), "ß×÷ıĸ");                                    // no capitals
  EXPECT_EQ(fold_name("😀A"), "😀a");
}

std::string utf8(unsigned c) {
  const auto byte = [](unsigned b) { return static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

TEST(FoldName, FoldedTwiceIsFoldedOnce) {
  for (unsigned c = 1; c < 0x10000; ++c) {
    const std::string once = fold_name(utf8(c));
    ASSERT_TRUE(fold_name(once) == once) << c;
    ASSERT_TRUE(fold_name("a" + utf8(c) + "b").starts_with("a")) << c;
  }
}

TEST(FoldName, BytesThatAreNoTextStay) {
  EXPECT_EQ(fold_name("\xFF"
                      "A\xC3"),
            "\xFF"
            "a\xC3");
}

}  // namespace
}  // namespace kenko::team
