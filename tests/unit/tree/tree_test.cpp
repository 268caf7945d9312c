#include "tree/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kenko::tree {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Tree good(std::string_view text) {
  Problems problems;
  auto tree = Tree::parse(text, "m.yaml", problems);
  EXPECT_TRUE(tree.has_value()) << to_text(problems);
  EXPECT_THAT(problems, SizeIs(0)) << to_text(problems);
  return tree.has_value() ? std::move(*tree) : Tree();
}

std::string bad(std::string_view text) {
  Problems problems;
  (void)Tree::parse(text, "m.yaml", problems);
  return to_text(problems);
}

std::string line_column(const Place& p) { return fmt::format("{}:{}", p.line, p.column); }

TEST(Tree, KeepsOrderKindsAndPlaces) {
  const Tree t = good("b: 1\r\na:\r\n  - x\r\n  - \"y z\"\r\né: {k: ~, q: 'w'}\r\nempty:\r\n");
  ASSERT_TRUE(t.root().is_map());
  ASSERT_THAT(t.root().entries, SizeIs(4));
  EXPECT_EQ(t.root().entries[0].key.text, "b");
  EXPECT_EQ(t.root().entries[1].key.text, "a");
  const Node* a = t.root().find("a");
  ASSERT_TRUE(a->is_list());
  EXPECT_EQ(line_column(t.place(a->items[1])), "4:5");
  EXPECT_TRUE(a->items[1].quoted);
  EXPECT_FALSE(a->items[0].quoted);
  const Node* map = t.root().find("é");
  EXPECT_EQ(line_column(t.place(*map->find("q"))), "5:14");  // columns are code points
  EXPECT_TRUE(map->find("k")->is_null());
  EXPECT_EQ(line_column(t.place(*t.root().find("empty"))), "6:1");
}

TEST(Tree, FindsTheSourceOfEachCharacterOfAScalar) {
  const Tree t = good(
      "plain: abc def\n"
      "single: 'it''s = x'\n"
      "double: \"a\\\"b\\u00e9c\"\n"
      "block: |\n"
      "    count(x)\n"
      "    + 1\n"
      "folded: one\n"
      "  two\n");
  const auto at = [&](const char* key, std::string_view part) {
    const Node* n = t.root().find(key);
    return line_column(t.place(*n, n->text.find(part)));
  };
  EXPECT_EQ(at("plain", "def"), "1:12");
  EXPECT_EQ(at("single", "= x"), "2:16");
  EXPECT_EQ(at("double", "b"), "3:13");
  EXPECT_EQ(at("double", "c"), "3:20");
  EXPECT_EQ(at("block", "count"), "5:5");
  EXPECT_EQ(at("block", "1"), "6:7");
  EXPECT_EQ(at("folded", "two"), "8:3");
  const Node* n = t.root().find("plain");
  EXPECT_EQ(line_column(t.place(*n, n->text.size())), "1:15");
}

TEST(Tree, RefusesWhatIsNoYamlText) {
  EXPECT_THAT(bad(""), HasSubstr("[empty-file]"));
  EXPECT_THAT(bad("# only a comment\n"), HasSubstr("[empty-file]"));
  EXPECT_THAT(bad("a: 1\n\tb: 2\n"), HasSubstr("m.yaml:2:1: error: a tab"));
  EXPECT_THAT(bad(std::string_view("a\0b", 3)), HasSubstr("[not-text]"));
  EXPECT_THAT(bad("a: 1\nb: \xE9t\xE9\n"), HasSubstr("m.yaml:2:4: error: the file is not UTF-8"));
  EXPECT_THAT(bad("a: `x`\n"), HasSubstr("m.yaml:1:4: error: a value cannot begin with this sign"));
  EXPECT_THAT(bad("a: f(x, y: 2)\n"), HasSubstr("a `: ` stands where none may stand"));
  EXPECT_THAT(bad("a: \"x\n"), HasSubstr("a quote is opened and never closed"));
  EXPECT_THAT(bad("a: 'x\nb: 1\nc: 2\n"), HasSubstr("m.yaml:1:4: error: a quote is opened and never closed"));
  EXPECT_THAT(bad("a: \"x\nb: \"y\"\n"),
              HasSubstr("m.yaml:1:4: error: the quote opened here is not closed in its line"));
  EXPECT_THAT(bad("a: {b: why?}\n"), HasSubstr("m.yaml:1:11: error: inside { } or [ ] a `?` can only stand in quotes"));
  EXPECT_THAT(bad("a: {b: f(x[28d])}\n"), HasSubstr("an expression must stand in single quotes"));
  EXPECT_THAT(bad("a: 1\n---\nb: 2\n"), HasSubstr("[two-documents]"));
  EXPECT_THAT(bad("a: 1\na: 2\n"), HasSubstr("m.yaml:2:1: error: `a` is here twice: first in line 1"));
  EXPECT_THAT(bad("a: &x 1\nb: *x\n"), HasSubstr("[yaml-anchor]"));
  EXPECT_THAT(bad("a: !foo 1\n"), HasSubstr("[yaml-tag]"));
  EXPECT_THAT(bad("[a]: 1\n"), HasSubstr("[bad-key]"));
  EXPECT_THAT(bad(std::string(5000, '[')), HasSubstr("error"));
  EXPECT_THAT(bad(std::string(150, '[') + std::string(150, ']')), HasSubstr("[too-deep]"));
}

TEST(Tree, GoesOnAfterADuplicateKey) {
  Problems problems;
  const auto tree = Tree::parse("a: 1\na: 2\nb: 3\n", "m.yaml", problems);
  ASSERT_TRUE(tree.has_value());
  EXPECT_THAT(problems, SizeIs(1));
  EXPECT_EQ(tree->root().find("a")->text, "1");
  EXPECT_EQ(tree->root().find("b")->text, "3");
}

// No input may crash the reader: every prefix, and every single changed byte, of a busy document.
TEST(Tree, SurvivesDamagedDocuments) {
  const std::string text =
      "a: {b: [1, 'x''y'], c: \"\\u00e9\"}\nd:\n  - |\n    block\n  - &z ~\ne: >-\n  folded\n  text\n";
  for (size_t n = 0; n < text.size(); ++n) {
    (void)bad(text.substr(0, n));
    for (const char c : {'\t', '{', ']', '"', ':', '\n', '*', '\\'}) {
      std::string changed = text;
      changed[n] = c;
      Problems problems;
      const auto tree = Tree::parse(changed, "m.yaml", problems);
      EXPECT_TRUE(tree.has_value() || !problems.empty());
    }
  }
}

}  // namespace
}  // namespace kenko::tree
