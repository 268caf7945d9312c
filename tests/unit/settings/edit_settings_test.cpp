// Edits of kenko.yaml change their own lines only: comments, layout and everything else stay byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings_file.h"

namespace kenko::settings {
namespace {

facts::SourceSettings web() {
  facts::SourceSettings s;
  s.name = "web";
  s.mapping = "mappings/web.yaml";
  s.emits = {"login", "ticket opened"};
  return s;
}

const std::string kWeb =
    "  web:\n    mapping: mappings/web.yaml\n    accounts: defines\n    covers: all\n    known_at: assumed\n"
    "    emits: [login, \"ticket opened\"]\n";

std::string added(std::string_view yaml) {
  const auto out = add_source(yaml, "kenko.yaml", web());
  if (!out.ok()) return to_text(out.problems());
  const auto settings = read_settings(*out, "kenko.yaml");
  EXPECT_TRUE(settings.ok()) << *out << to_text(settings.problems());
  if (!settings.ok()) return *out;
  EXPECT_NE(settings->find_source("web"), nullptr) << *out;
  return *out;
}

std::string extended(std::string_view yaml, const std::vector<std::string>& emits,
                     const std::map<std::string, facts::AttributeType>& attributes = {}) {
  const auto out = extend_source(yaml, "kenko.yaml", "web", emits, attributes);
  if (!out.ok()) return to_text(out.problems());
  const auto settings = read_settings(*out, "kenko.yaml");
  EXPECT_TRUE(settings.ok()) << *out << to_text(settings.problems());
  if (!settings.ok()) return *out;
  const facts::SourceSettings* source = settings->find_source("web");
  for (const std::string& name : emits) EXPECT_THAT(source->emits, testing::Contains(name)) << *out;
  for (const auto& [key, type] : attributes) EXPECT_TRUE(source->attributes.contains(key)) << *out;
  return *out;
}

TEST(AddSource, WherePlaceIsMadeForIt) {
  EXPECT_EQ(added("company: A\nsources:\n"), "company: A\nsources:\n" + kWeb);
  EXPECT_EQ(added("company: A\nsources:"), "company: A\nsources:\n" + kWeb);
  EXPECT_EQ(added("company: A"), "company: A\n\nsources:\n" + kWeb);
  EXPECT_EQ(added("company: A\nsources: {}   # none\nmodel: m\n"),
            "company: A\nsources:    # none\n" + kWeb + "model: m\n");
}

TEST(AddSource, AfterTheOthersAndBeforeWhatFollows) {
  EXPECT_EQ(added("sources:\n  app:\n    covers: all   # ours\n    # a note on app\n\n# the model\nmodel: m\n"),
            "sources:\n  app:\n    covers: all   # ours\n    # a note on app\n" + kWeb + "\n# the model\nmodel: m\n");
}

TEST(AddSource, KeepsLineEndsAndByteOrderMark) {
  std::string crlf;
  for (const char c : kWeb) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(added("\xEF\xBB\xBF"
                  "company: A\r\nsources:\r\n"),
            "\xEF\xBB\xBF"
            "company: A\r\nsources:\r\n" +
                crlf);
}

TEST(AddSource, SaysWhereThereIsNoRoom) {
  EXPECT_THAT(added("sources: {app: {covers: all}}\n"), testing::HasSubstr("[settings-layout]"));
}

TEST(ExtendSource, AFlowListGrowsInItsBrackets) {
  EXPECT_EQ(
      extended("sources:\n  web:\n    emits: [login]  # from the app\nmodel: m # x\n", {"logout", "login", "a b"}),
      "sources:\n  web:\n    emits: [login, logout, \"a b\"]  # from the app\nmodel: m # x\n");
  EXPECT_EQ(extended("sources:\n  web:\n    emits: [\n      'it''s', # one\n    ]\n", {"x"}),
            "sources:\n  web:\n    emits: [\n      'it''s', x, # one\n    ]\n");
  EXPECT_EQ(extended("sources:\n  web:\n    emits: []\n", {"x"}), "sources:\n  web:\n    emits: [x]\n");
}

TEST(ExtendSource, OtherLayoutsOfAList) {
  EXPECT_EQ(extended("sources:\n  web:\n    emits:\n    - login # a\n    covers: all\n", {"x"}),
            "sources:\n  web:\n    emits:\n    - login # a\n    - x\n    covers: all\n");
  EXPECT_EQ(extended("sources:\n  web:\n    emits: login\n", {"x"}), "sources:\n  web:\n    emits: [login, x]\n");
  EXPECT_EQ(extended("sources:\n  web:\n    emits:   # none\n    covers: all\n", {"x"}),
            "sources:\n  web:\n    emits: [x]   # none\n    covers: all\n");
  EXPECT_EQ(extended("sources:\n  web:\n    covers: all\n\n# end\n", {"x"}),
            "sources:\n  web:\n    covers: all\n    emits: [x]\n\n# end\n");
}

TEST(ExtendSource, AttributesInBothLayouts) {
  const std::map<std::string, facts::AttributeType> more = {{"arr", facts::AttributeType::money},
                                                            {"plan", facts::AttributeType::number}};
  EXPECT_EQ(extended("sources:\n  web:\n    attributes: {plan: text}\n", {}, more),
            "sources:\n  web:\n    attributes: {plan: text, arr: money}\n");
  EXPECT_EQ(extended("sources:\n  web:\n    attributes:\n      plan: text\n    emits: [a]\n", {"b"}, more),
            "sources:\n  web:\n    attributes:\n      plan: text\n      arr: money\n    emits: [a, b]\n");
}

TEST(ExtendSource, NothingNewLeavesTheBytesAlone) {
  const std::string yaml = "sources:\r\n  web: {emits: [a]}\r\n";
  EXPECT_EQ(extended(yaml, {"a"}), yaml);
  EXPECT_EQ(extended(yaml, {"b"}), "sources:\r\n  web: {emits: [a, b]}\r\n");
}

std::string with_model(std::string_view yaml) {
  const auto out = set_model(yaml, "kenko.yaml", "saas");
  return out.ok() ? *out : out.problems().front().code;
}

TEST(SetModel, OnlyItsLineChanges) {
  EXPECT_EQ(with_model("kenko: 1\nmodel: old  # the one\ncurrency: EUR\n"),
            "kenko: 1\nmodel: saas  # the one\ncurrency: EUR\n");
  EXPECT_EQ(with_model("model: 'old'\r\n"), "model: saas\r\n");
  EXPECT_EQ(with_model("model:\nkenko: 1\n"), "model: saas\nkenko: 1\n");
  EXPECT_EQ(with_model("model:   # none yet\nkenko: 1\n"), "model: saas   # none yet\nkenko: 1\n");
  EXPECT_EQ(with_model("kenko: 1"), "kenko: 1\n\nmodel: saas\n");
  EXPECT_EQ(with_model("{kenko: 1}\n"), "settings-layout");
  EXPECT_EQ(with_model("model: saas\nalso: [x]\n"), "model: saas\nalso: [x]\n");
}

TEST(SetModel, NotBesideItself) { EXPECT_EQ(with_model("model: old\nalso: [saas]\n"), "settings-layout"); }

TEST(Also, EachModelOnce) {
  const auto codes = [](std::string_view yaml) {
    const auto read = read_settings(yaml, "kenko.yaml");
    return read.ok() ? std::string("good") : read.problems().front().code;
  };
  EXPECT_EQ(codes("model: a\nalso: [b, c]\n"), "good");
  EXPECT_EQ(codes("model: a\nalso: [b, a]\n"), "model-twice");
  EXPECT_EQ(codes("model: a\nalso: [b, b]\n"), "model-twice");
}

}  // namespace
}  // namespace kenko::settings
