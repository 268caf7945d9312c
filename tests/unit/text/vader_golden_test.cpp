// Our English against what the original said (tests/golden/text/vader.tsv; tests/binary/test_sentiment.py compares many
// more where the original is installed).

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "text/rules.h"
#include "text/shipped.h"

namespace kenko::text {
namespace {

const Lexicon& english() {
  static const Lexicon lexicon = [] {
    for (const ShippedLexicon& file : shipped_lexicons()) {
      if (file.language == "en") return Lexicon::parse(file.bytes, "en.txt").value();
    }
    return Lexicon();
  }();
  return lexicon;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) ++i;
    out += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

TEST(VaderGolden, EveryTextHasTheOriginalsScore) {
  std::ifstream file("tests/golden/text/vader.tsv");
  int texts = 0;
  int opinions = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) continue;
    const size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    const double expected = std::stod(line.substr(0, tab));
    const auto own = english().sentiment(unescaped(line.substr(tab + 1)));
    EXPECT_NEAR(own ? own->as_double() : 0, expected, 1e-4) << line;
    ++texts;
    opinions += own ? 1 : 0;
  }
  EXPECT_EQ(texts, 1200);
  EXPECT_GT(opinions, 900);
}

double score(const std::string& text) {
  const auto sentiment = english().sentiment(text);
  EXPECT_TRUE(sentiment.has_value()) << text;
  return sentiment ? std::round(sentiment->as_double() * 1e4) / 1e4 : 0;
}

// The examples of the original's own documentation.
TEST(VaderGolden, TheExamplesOfTheOriginal) {
  EXPECT_DOUBLE_EQ(score("VADER is smart, handsome, and funny."), 0.8316);
  EXPECT_DOUBLE_EQ(score("VADER is smart, handsome, and funny!"), 0.8439);
  EXPECT_DOUBLE_EQ(score("VADER is very smart, handsome, and funny."), 0.8545);
  EXPECT_DOUBLE_EQ(score("VADER is VERY SMART, handsome, and FUNNY."), 0.9227);
  EXPECT_DOUBLE_EQ(score("VADER is VERY SMART, handsome, and FUNNY!!!"), 0.9342);
  EXPECT_DOUBLE_EQ(score("VADER is not smart, handsome, nor funny."), -0.7424);
  EXPECT_DOUBLE_EQ(score("The book was good."), 0.4404);
  EXPECT_DOUBLE_EQ(score("At least it isn't a horrible book."), 0.431);
  EXPECT_DOUBLE_EQ(score("The plot was good, but the characters are uncompelling and the dialog is not great."),
                   -0.7042);
  EXPECT_DOUBLE_EQ(score("Today SUX!"), -0.5461);
  EXPECT_DOUBLE_EQ(score("Not bad at all"), 0.431);
}

TEST(VaderGolden, ATypographicApostropheIsOne) {
  EXPECT_EQ(english().sentiment("It doesn’t look good"), english().sentiment("It doesn't look good"));
  EXPECT_NE(english().sentiment("It doesn’t look good"), english().sentiment("It does look good"));
}

TEST(VaderGolden, AWordOfTheLexiconIsAnOpinionEvenWhenTheSumIsZero) {
  ASSERT_TRUE(english().sentiment("good burden").has_value());
  EXPECT_EQ(*english().sentiment("good burden"), Decimal{});
  EXPECT_FALSE(english().sentiment("Send the report of the account").has_value());
  EXPECT_FALSE(english().sentiment("not very").has_value()) << "negations and boosters alone say nothing";
}

}  // namespace
}  // namespace kenko::text
