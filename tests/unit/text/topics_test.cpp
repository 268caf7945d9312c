#include "text/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/derive.h"
#include "text/rules.h"

namespace kenko::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(const Topics& topics, std::string_view text) {
  std::vector<std::string> out;
  for (const uint32_t topic : topics.of(Tokens(text))) out.push_back(topics.names()[topic]);
  return out;
}

Topics topics(const std::string& yaml) {
  auto read = Topics::parse(yaml, "topics.yaml");
  EXPECT_TRUE(read.ok()) << to_text(read.problems());
  return std::move(read).value();
}

TEST(TopicsTest, ATextHasEveryTopicWithATermInIt) {
  const Topics t = topics("topics:\n  bug: [crash*, \"not working\"]\n  billing: [invoice, 請求]\n  both: invoice\n");
  EXPECT_THAT(t.names(), ElementsAre("billing", "both", "bug"));
  EXPECT_THAT(names(t, "It CRASHED on the Invoice"), ElementsAre("billing", "both", "bug"));
  EXPECT_THAT(names(t, "it is not working"), ElementsAre("bug"));
  EXPECT_THAT(names(t, "請求書について"), ElementsAre("billing"));
  EXPECT_THAT(names(t, "invoices, not. working"), IsEmpty()) << "whole words, within a clause";
  EXPECT_THAT(names(t, ""), IsEmpty());
}

TEST(TopicsTest, MistakesNameTheirPlace) {
  const auto read = Topics::parse("topics:\n  Bug: [crash]\n  a: [x, X, \"!\"]\n", "topics.yaml");
  ASSERT_FALSE(read.ok());
  std::vector<std::string> seen;
  for (const Problem& p : read.problems()) {
    seen.push_back(std::to_string(p.place.line) + ":" + std::to_string(p.place.column) + " " + p.code);
  }
  EXPECT_THAT(seen, ElementsAre("2:3 bad-topics", "3:10 duplicate-term", "3:13 bad-topics"));
  EXPECT_FALSE(Topics::parse("topics: []\n", "topics.yaml").ok());
  EXPECT_FALSE(Topics::parse("", "topics.yaml").ok());
  EXPECT_FALSE(Topics::parse("topcs: {}\n", "topics.yaml").ok());
}

TEST(TopicsTest, TheShippedOnesKnowFourLanguages) {
  const TextRules rules = read_rules(shipped_rule_files()).value();
  for (const std::string_view text : {"Please send the invoice again", "請求書をもう一度送ってください",
                                      "请重新发送发票", "Vi prego di rimandare la fattura"}) {
    EXPECT_THAT(names(rules.topics, text), ElementsAre("billing")) << text;
  }
  for (const std::string_view text : {"We want to cancel", "解約したい", "我要退订", "Vogliamo disdire tutto"}) {
    EXPECT_THAT(names(rules.topics, text), ElementsAre("cancellation")) << text;
  }
  EXPECT_THAT(names(rules.topics, "this is important"), IsEmpty()) << "no import in it";
}

TEST(DeriveProperties, OfEventsWithATextOnly) {
  const TextRules rules = read_rules(shipped_rule_files()).value();
  facts::FactSet facts;
  facts.events.resize(4);
  facts.events[0].text = "The invoice is wrong, terrible service";
  facts.events[0].properties = {{"severity", "high"}, {"sentiment(text)", "1"}};
  facts.events[1].properties = {{"about(billing)", "true"}, {"z", "1"}};
  facts.events[2].text = "";
  facts.events[3].text = "please look at it";
  derive_properties(facts, rules.lexicons, rules.topics);
  ASSERT_EQ(facts.events[0].properties.size(), 3U);
  EXPECT_EQ(facts.events[0].properties[0], (facts::Property{"about(billing)", "true"}));
  EXPECT_EQ(facts.events[0].properties[1], (facts::Property{"sentiment(text)", "-0.735147"}));
  EXPECT_EQ(facts.events[0].properties[2], (facts::Property{"severity", "high"}));
  EXPECT_THAT(facts.events[1].properties, ElementsAre(facts::Property{"z", "1"}));
  EXPECT_TRUE(facts.events[2].properties.empty());
}

TEST(RuleFilesTest, TheFingerprintIsOfTheContents) {
  const RuleFiles shipped = shipped_rule_files();
  EXPECT_EQ(shipped.fingerprint(), shipped_rule_files().fingerprint());
  for (size_t i = 0; i <= shipped.lexicons.size(); ++i) {
    RuleFiles changed = shipped;
    (i < shipped.lexicons.size() ? changed.lexicons[i] : changed.topics).bytes += "\n";
    EXPECT_NE(changed.fingerprint(), shipped.fingerprint()) << i;
  }
}

TEST(RuleFilesTest, AFileIsCalledAsItsLanguage) {
  RuleFiles files = shipped_rule_files();
  files.lexicons[0].name = "lexicons/xx.txt";
  files.topics.bytes = "topics: 3\n";
  const auto read = read_rules(files);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.problems()[0].message, "the file says `language: de`");
  EXPECT_EQ(read.problems()[1].code, "bad-topics") << "the problems of all files come at once";
}

}  // namespace
}  // namespace kenko::text
