// Sentiment with the shipped lexicons: languages, edges, and what must never happen.

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "base/random.h"
#include "text/derive.h"
#include "text/rules.h"

namespace kenko::text {
namespace {

const TextRules& shipped() {
  static const TextRules rules = read_rules(shipped_rule_files()).value();
  return rules;
}

std::optional<Decimal> sentiment(std::string_view text) { return shipped().lexicons.sentiment(text); }

std::string language(std::string_view text) {
  const Tokens tokens(text);
  std::string out;
  for (const Lexicon* lexicon : shipped().lexicons.candidates(tokens))
    out += (out.empty() ? "" : " ") + lexicon->language;
  return out;
}

void expect_good(std::string_view text) {
  ASSERT_TRUE(sentiment(text).has_value()) << text;
  EXPECT_GT(*sentiment(text), Decimal{}) << text;
}
void expect_bad(std::string_view text) {
  ASSERT_TRUE(sentiment(text).has_value()) << text;
  EXPECT_LT(*sentiment(text), Decimal{}) << text;
}

TEST(Sentiment, NoOpinionWhereNothingMatches) {
  for (const std::string_view text :
       {"", " ", "\n\t", "12345", "請求書の件", "发票", "fattura", "invoice 42", "...", "???"}) {
    EXPECT_FALSE(sentiment(text).has_value()) << text;
  }
}

TEST(Sentiment, English) {
  expect_good("Thanks, that works great now.");
  expect_bad("This is the third outage this month and nobody answers. Terrible.");
  expect_bad("not good");
}

TEST(Sentiment, Japanese) {
  expect_good("迅速な対応ありがとうございます。とても助かりました。");
  expect_good("問題ありません");
  expect_good("使いやすいです");
  expect_bad("解約したいです。");
  expect_bad("ログインできません。業務に支障が出ています。");
  expect_bad("サポートの対応に満足していません");
  expect_bad("とても使いにくい");
  expect_bad("ﾛｸﾞｲﾝできない、ﾊﾞｸﾞだらけ");  // half width
  EXPECT_FALSE(sentiment("申し訳ございませんが、ご確認をお願いします。").has_value());
}

TEST(Sentiment, Chinese) {
  expect_good("客服很专业，问题解决了，非常满意！");
  expect_good("没有问题");
  expect_good("不贵");
  expect_bad("一直闪退，根本用不了。");
  expect_bad("我要投诉，退款没到账");
  expect_bad("不是很好用");
  EXPECT_FALSE(sentiment("请问贵公司在哪里").has_value());
}

TEST(Sentiment, Italian) {
  expect_good("Assistenza veloce e gentilissima, grazie mille!");
  expect_good("Nessun problema");
  expect_bad("L'applicazione non funziona da tre giorni, siamo molto delusi.");
  expect_bad("Vogliamo disdire il contratto");
  expect_bad("non è affatto affidabile");
  EXPECT_EQ(sentiment("la situazione è inaccettabile"), sentiment("la situazione e' INACCETTABILE"));
}

TEST(Sentiment, NegationStopsAtAComma) {
  EXPECT_EQ(sentiment("Non oggi, ottimo lavoro"), sentiment("oggi, ottimo lavoro"));
  EXPECT_GT(*sentiment("不，很满意"), Decimal{});
  EXPECT_LT(*sentiment("不很满意"), Decimal{});
}

TEST(Sentiment, FullWidthIsUsualWidth) {
  EXPECT_EQ(sentiment("ｂｕｇだらけで困る！"), sentiment("bugだらけで困る!"));
  EXPECT_FALSE(sentiment("１２３４５").has_value());
  EXPECT_EQ(sentiment("１２３１５投诉"), sentiment("12315投诉"));
}

TEST(Sentiment, OnlyEmoji) {
  expect_good("😊");
  expect_good("👍🏽👍🏽");
  expect_bad("😡");
  EXPECT_FALSE(sentiment("🚪").has_value());
}

TEST(Language, ByScriptThenByFunctionWords) {
  EXPECT_EQ(language("The invoice is not in our account"), "en");
  EXPECT_EQ(language("La fattura non è nel nostro account"), "it");
  EXPECT_EQ(language("ログインできません"), "ja");
  EXPECT_EQ(language("无法登录"), "zh ja") << "Han alone may be either";
  EXPECT_EQ(language("Die Rechnung ist leider nicht in unserem Konto"), "de");
  EXPECT_EQ(language("Chrome で error 500 が出ます login できない"), "ja") << "mixed: as many characters as words";
  EXPECT_EQ(language("Our customer wrote 你好 and the rest of it was in English"), "en");
  EXPECT_EQ(language("大家都说我の最爱，这个产品真的特别好用，我们公司每天都在使用"), "zh")
      << "a kana does not make Japanese";
  EXPECT_EQ(language("Perfetto"), "en de es fr it nl pt") << "too short to tell: all, English first";
  EXPECT_EQ(language("Lorem dolor amet consectetur adipiscing elit"), "") << "none of ours";
  EXPECT_EQ(language(""), "en de es fr it nl pt");
}

TEST(Language, WordsOfAnotherLanguageSayNothing) {
  EXPECT_FALSE(sentiment("Die Rechnung ist nicht mehr da und wir haben das Problem noch").has_value())
      << "`die` and `problem` are bad in English only";
}

TEST(Language, HanAloneFallsBackToJapanese) { expect_bad("解約希望"); }

TEST(Edges, InvalidUtf8IsNoCharacter) {
  EXPECT_FALSE(sentiment("\xFF\xFE\x80").has_value());
  EXPECT_EQ(sentiment("\xFFgood \xC3"), std::nullopt) << "the broken byte is part of the word, as in the original";
  expect_good("\xED\xA0\x80 good");
  expect_bad("\xE3\x81 解約したい \xF0\x9F");
  EXPECT_TRUE(shipped().topics.of(Tokens("\xFF invoice \xC3")).size() == 1);
}

// Processor time, so that a busy machine does not matter.
double seconds_for(std::string_view unit, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  const std::clock_t begin = std::clock();
  (void)read_text(text, shipped().lexicons, shipped().topics);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Edges, EightTimesTheTextTakesAboutEightTimesAsLong) {
  for (const std::string_view unit :
       {"very good but not bad ", "非常不满意但是还好", "とても使いにくいが満足していません",
        "non funziona molto bene ma ", "a", "!", "ガ", "good ", "😊", "'", "not "}) {
    const double small = std::max(seconds_for(unit, 16'000), 0.002);
    EXPECT_LT(seconds_for(unit, 128'000), 30 * small) << unit << ": quadratic would be 64 times";
  }
}

TEST(Edges, AMegabyteIsRead) {
  EXPECT_LT(seconds_for("very good but not bad, 非常不满意, 使いにくい, non funziona! ", 1'000'000), 30.0);
}

TEST(Edges, RandomBytesNeverCrash) {
  Random random(7);
  const std::vector<std::string> pieces{"good", "not ", "but ",     "!",        "？",           "满意",     "不",
                                        "満足", "ない", "\xFF",     "\xE3\x81", "ｶﾞ",           "\xCC\x81", "*",
                                        "\n",   "non ", "funziona", "😊",       "\xEF\xBB\xBF", "kind of "};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int64_t n = random.between(0, 40); n > 0; --n) {
      if (random.chance(0.5)) {
        text += pieces[static_cast<size_t>(random.between(0, static_cast<int64_t>(pieces.size()) - 1))];
      } else {
        text += static_cast<char>(random.between(0, 255));
      }
    }
    const Reading reading = read_text(text, shipped().lexicons, shipped().topics);
    if (reading.sentiment) {
      EXPECT_LE(*reading.sentiment, Decimal::whole(1));
      EXPECT_GE(*reading.sentiment, Decimal::whole(-1));
    }
    EXPECT_EQ(reading, read_text(text, shipped().lexicons, shipped().topics));
    for (const auto* rules : {"vader", "phrases"}) {
      (void)Lexicon::parse("language: xx\nrules: " + std::string(rules) + "\n[terms]\n" + text, "xx.txt");
    }
    (void)Topics::parse("topics: {a: [" + text + "]}", "topics.yaml");
  }
}

}  // namespace
}  // namespace kenko::text
