#include "html/catalogue.h"

#include <gtest/gtest.h>

#include "base/own_word.h"
#include "html/shipped.h"

namespace kenko::html {
namespace {

TEST(Catalogue, EnglishSaysWhatTheProgramSays) {
  const auto english = Catalogue::of("en");
  ASSERT_TRUE(english);
  EXPECT_EQ(english->say(say("{} of {} accounts", 2, 3)), "2 of 3 accounts");
  EXPECT_EQ(english->day(Day::of(2026, 11, 20)), "Fri 20 Nov 2026");
  EXPECT_EQ(english->say({say("a {}", 1), say("b")}), "a 1; b");
}

TEST(Catalogue, AnotherLanguageHasItsOwnOrder) {
  const auto japanese = Catalogue::of("ja");
  ASSERT_TRUE(japanese);
  EXPECT_EQ(japanese->say(say("{} of {} accounts", 2, 3)), "3社中2社");
  EXPECT_EQ(japanese->day(Day::of(2026, 11, 20)), "2026年11月20日（金）");
  EXPECT_EQ(japanese->word("no such text"), "no such text");
  EXPECT_FALSE(japanese->knows("no such text"));
}

TEST(Catalogue, APartIsDataEvenWhenItLooksLikeAText) {
  const auto texts = Catalogue::read("xx", "yes\n  oui\n{} left\n  reste {}\n", "xx.txt");
  ASSERT_TRUE(texts);
  EXPECT_EQ(texts->say(say("{} left", "yes {}")), "reste yes {}");
}

TEST(Catalogue, APartThatIsATextOfTheProgramIsSaidInTheLanguage) {
  const auto texts = Catalogue::read("xx", "yes\n  oui\n{} left\n  reste {}\n", "xx.txt");
  ASSERT_TRUE(texts);
  EXPECT_EQ(texts->say(say("{} left", own_word("yes"))), "reste oui");
  EXPECT_EQ(say("{} left", own_word("yes")).english(), "yes left");
}

TEST(Catalogue, EveryWrongLineIsNamed) {
  const auto texts =
      Catalogue::read("xx", "# note\n  lost\nalone\n{} a\n  b\nc\n  d\nc\n  e\n{} {}\n  {0} {2}\nlast\n", "xx.txt");
  ASSERT_FALSE(texts);
  std::vector<int64_t> lines;
  for (const Problem& p : texts.problems()) {
    EXPECT_EQ(p.code, "bad-texts");
    lines.push_back(p.place.line);
  }
  EXPECT_EQ(lines, (std::vector<int64_t>{2, 3, 5, 8, 11, 12}));
}

TEST(Catalogue, WhatIsShippedCanBeRead) {
  EXPECT_EQ(languages().size(), shipped_texts().size() + 1);
  for (const std::string& language : languages()) EXPECT_TRUE(Catalogue::of(language)) << language;
  ASSERT_FALSE(Catalogue::of("fr"));
  EXPECT_EQ(Catalogue::of("fr").problems().front().code, "unknown-language");
}

}  // namespace
}  // namespace kenko::html
