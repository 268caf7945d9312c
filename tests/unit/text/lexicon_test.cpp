// Reading of lexicon files, and the rules of all languages but English, on small lexicons.

#include "text/lexicon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "text/shipped.h"

namespace kenko::text {
namespace {

using testing::ElementsAre;

Lexicon lexicon(const std::string& rest) {
  auto read = Lexicon::parse("language: xx\nrules: phrases\n" + rest, "xx.txt");
  EXPECT_TRUE(read.ok()) << to_text(read.problems());
  return std::move(read).value();
}

const char* const kSmall =
    "script: latin\nnegation: before 2\n"
    "[terms]\ngood\t2\nbad\t-2\nnot bad at all\t3\ngood grief\t0\nreliab*\t1\n"
    "[boosters]\nvery\t0.5\nslightly\t-0.5\n[boosters after]\nindeed\t0.5\n[negations]\nnot\nnever\n[contrast]\nbut\n"
    "[endings]\nle\nly\n";

// The sum of strengths that makes this sentiment.
double sum_of(const Lexicon& l, const std::string& text) {
  const auto sentiment = l.sentiment(text);
  EXPECT_TRUE(sentiment.has_value()) << text;
  const double s = sentiment ? sentiment->as_double() : 0;
  return std::round(s / std::sqrt((1 - s * s) / 15) * 1e3) / 1e3;
}

TEST(PhraseRules, TermsAddUp) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "Good."), 2);
  EXPECT_DOUBLE_EQ(sum_of(l, "good, GOOD and gööd"), 6) << "case and accents do not matter";
  EXPECT_DOUBLE_EQ(sum_of(l, "good, bad"), 0) << "an opinion that is neither";
  EXPECT_FALSE(l.sentiment("nothing known").has_value());
  EXPECT_FALSE(l.sentiment("goodness").has_value()) << "only whole words";
}

TEST(PhraseRules, TheLongestPhraseCounts) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "not bad at all"), 3);
  EXPECT_DOUBLE_EQ(sum_of(l, "good not bad at"), 2 + 2 * 0.74) << "a part of a phrase is none";
  EXPECT_FALSE(l.sentiment("Good grief").has_value()) << "a strength of 0 hides the words inside";
  EXPECT_DOUBLE_EQ(sum_of(l, "not bad. at all"), 2 * 0.74) << "no phrase goes over the end of a clause";
}

TEST(PhraseRules, StemsTakeTheListedEndings) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "reliable and reliably"), 2);
  EXPECT_DOUBLE_EQ(sum_of(l, "reliab"), 1);
  EXPECT_FALSE(l.sentiment("reliability").has_value());
}

TEST(PhraseRules, NegationTurnsTheNextTermOfItsClause) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "not good"), -1.48);
  EXPECT_DOUBLE_EQ(sum_of(l, "not a bit good"), -1.48) << "two words between";
  EXPECT_DOUBLE_EQ(sum_of(l, "not a little bit good"), 2) << "three are too many";
  EXPECT_DOUBLE_EQ(sum_of(l, "not, good"), 2) << "a comma ends its reach";
  EXPECT_DOUBLE_EQ(sum_of(l, "not good bad"), -1.48 - 2) << "only the next term";
  EXPECT_DOUBLE_EQ(sum_of(l, "never not good"), 2) << "two negations are none";
  EXPECT_DOUBLE_EQ(sum_of(l, "good not"), 2) << "this language negates before";
}

TEST(PhraseRules, NegationMayFollow) {
  const Lexicon l = lexicon("script: kana\nnegation: after 3\n[terms]\n満足\t2\n[negations]\nない\nません\n");
  EXPECT_DOUBLE_EQ(sum_of(l, "満足していない"), -1.48);
  EXPECT_DOUBLE_EQ(sum_of(l, "満足。していない"), 2);
  EXPECT_DOUBLE_EQ(sum_of(l, "ない満足"), 2);
}

TEST(PhraseRules, BoostersAndEmphasis) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "very good"), 2.5);
  EXPECT_DOUBLE_EQ(sum_of(l, "very bad"), -2.5);
  EXPECT_DOUBLE_EQ(sum_of(l, "slightly bad"), -1.5);
  EXPECT_DOUBLE_EQ(sum_of(l, "good indeed"), 2.5);
  EXPECT_DOUBLE_EQ(sum_of(l, "not very good"), -2.5 * 0.74);
  EXPECT_DOUBLE_EQ(sum_of(l, "good!"), 2.292);
  EXPECT_DOUBLE_EQ(sum_of(l, "bad！！"), -2.584) << "full width too";
  EXPECT_DOUBLE_EQ(sum_of(l, "good!!!!!!!!"), 2 + 4 * 0.292) << "four at most";
  EXPECT_DOUBLE_EQ(sum_of(l, "bad?"), -2);
  EXPECT_DOUBLE_EQ(sum_of(l, "bad???"), -2.54);
  EXPECT_DOUBLE_EQ(sum_of(l, "bad?????"), -2.96);
}

TEST(PhraseRules, WhatFollowsButCountsMore) {
  const Lexicon l = lexicon(kSmall);
  EXPECT_DOUBLE_EQ(sum_of(l, "good but bad"), 1 - 3);
  EXPECT_DOUBLE_EQ(sum_of(l, "but good"), 3);
}

TEST(LexiconFile, AllThatIsWrongIsSaidAtOnce) {
  const auto read = Lexicon::parse(
      "language: xx\nrules: "
      "guess\n[terms]\ngood\t2\nGood\t3\nbad\nworse\t-9\n[bosters]\nvery\t1\n[boosters]\nvery\t2\n",
      "xx.txt");
  ASSERT_FALSE(read.ok());
  std::vector<std::string> seen;
  for (const Problem& p : read.problems()) seen.push_back(std::to_string(p.place.line) + " " + p.code);
  EXPECT_THAT(seen, ElementsAre("2 bad-lexicon", "5 duplicate-term", "6 bad-lexicon", "7 bad-lexicon", "9 bad-lexicon",
                                "11 bad-lexicon"));
}

TEST(LexiconFile, ALanguageMustBeSaid) {
  EXPECT_FALSE(Lexicon::parse("", "xx.txt").ok());
  EXPECT_FALSE(Lexicon::parse("[terms]\ngood\t2\n", "xx.txt").ok());
}

TEST(LexiconFile, APhraseHasOneMeaning) {
  const auto read =
      Lexicon::parse("language: xx\n[terms]\nnot good\t-2\n[negations]\nNOT  GOOD\n[emoji]\nx\ty\n", "xx.txt");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.problems()[0].code, "duplicate-term");
  EXPECT_EQ(read.problems()[1].message, "`[emoji]` is no part of this kind of lexicon");
}

TEST(LexiconFile, WindowsLineEndsAndAByteOrderMarkAreNoMistake) {
  const auto read = Lexicon::parse("\xEF\xBB\xBFlanguage: xx\r\n# why\r\n[terms]\r\ngood\t2\r\n", "xx.txt");
  ASSERT_TRUE(read.ok()) << to_text(read.problems());
  EXPECT_TRUE(read->sentiment("good").has_value());
}

// Every shipped file is read without a problem, which includes that nothing stands in it twice.
class ShippedLexiconTest : public testing::TestWithParam<std::string> {};

TEST_P(ShippedLexiconTest, ParsesWithoutDuplicates) {
  for (const ShippedLexicon& file : shipped_lexicons()) {
    if (file.language != GetParam()) continue;
    const auto read = Lexicon::parse(file.bytes, GetParam() + ".txt");
    ASSERT_TRUE(read.ok()) << to_text(read.problems());
    EXPECT_EQ(read->language, GetParam());
    return;
  }
  FAIL() << "not shipped";
}

INSTANTIATE_TEST_SUITE_P(All, ShippedLexiconTest, testing::Values("de", "en", "es", "fr", "it", "ja", "nl", "pt", "zh"),
                         [](const auto& named) { return named.param; });

TEST(ShippedLexicons, AreAllTested) { EXPECT_EQ(shipped_lexicons().size(), 9U); }

TEST(ShippedLexicons, JapaneseAndChineseHaveHundredsOfTerms) {
  for (const ShippedLexicon& file : shipped_lexicons()) {
    if (file.language != "ja" && file.language != "zh") continue;
    const Lexicon read = Lexicon::parse(file.bytes, "x.txt").value();
    const auto terms = std::count_if(read.entries.begin(), read.entries.end(),
                                     [](const LexiconEntry& e) { return e.kind == EntryKind::term; });
    EXPECT_GT(terms, 300) << file.language;
  }
}

}  // namespace
}  // namespace kenko::text
