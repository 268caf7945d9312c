#include "vocabulary/vocabulary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "language/expression.h"

namespace kenko::vocabulary {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Compares a file with what the program writes; with KENKO_UPDATE_GOLDEN=1 the file is written first.
void expect_file(const std::string& path, const std::string& expected) {
  if (std::getenv("KENKO_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << expected;
  EXPECT_EQ(content_of(path), expected) << path
                                        << " is out of date: KENKO_UPDATE_GOLDEN=1 unit_vocabulary writes it anew";
}

TEST(Vocabulary, GrammarHasTheTablesOfTheProgram) {
  const std::string path = "docs/GRAMMAR.md";
  const std::string text = content_of(path);
  const std::string begin = "<!-- generated: begin -->\n";
  const std::string end = "<!-- generated: end -->\n";
  const size_t first = text.find(begin);
  const size_t last = text.find(end);
  ASSERT_TRUE(first != std::string::npos && last != std::string::npos && first < last);
  expect_file(path, text.substr(0, first + begin.size()) + to_markdown() + text.substr(last));
}

TEST(Vocabulary, SchemaIsThatOfTheProgram) { expect_file("share/schema/model.schema.json", to_json_schema()); }

// Every expression in GRAMMAR.md parses: those of its tables, and the `value:` lines of its model.
TEST(Vocabulary, ExamplesOfTheGrammarParse) {
  const std::string text = content_of("docs/GRAMMAR.md");
  int parsed = 0;
  const auto check = [&](std::string expression) {
    const auto e = language::parse(expression, language::in_text(expression));
    EXPECT_TRUE(e.ok()) << to_text(e.problems());
    ++parsed;
  };
  bool examples = false;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.starts_with("| expression |") || line.starts_with("| filter |")) examples = true;
    if (!line.starts_with("|")) examples = false;
    const std::string_view ticks = line.starts_with("| `` ") || line.starts_with("| ``") ? "``" : "`";
    if (examples && line.starts_with("| `")) {
      const size_t first = 2 + ticks.size();
      check(std::string(line.substr(first, line.find(fmt::format("{} |", ticks), first) - first)));
    }
    const std::string_view trimmed = text::trim(line);
    const bool value_line = trimmed.starts_with("value: ");
    if (value_line || trimmed.starts_with("when: ")) {
      std::string_view value = trimmed.substr(value_line ? 7 : 6);
      if (value.starts_with('\'')) value = value.substr(1, value.size() - 2);
      check(std::string(value));
    }
  }
  EXPECT_GE(parsed, 40);
  check("starts_with(InvoiceNo, \"C\") and Quantity < 0");
  check("not is_empty(`Customer ID`)");
  check("one_of(column, \"a\", \"b\")");
}

TEST(Vocabulary, RowsAreComplete) {
  std::set<FunctionId> ids;
  for (const Function& f : functions()) {
    EXPECT_FALSE(f.name.empty() || f.family.empty() || f.doc.empty()) << f.name;
    EXPECT_TRUE(ids.insert(f.id).second) << f.name << " has the id of another row";
    EXPECT_FALSE(f.null_rule.empty() || f.example.empty()) << f.name;
    EXPECT_THAT(std::string(f.example), HasSubstr(fmt::format("{}(", f.name)));
    const auto e = language::parse(f.example, language::in_text(std::string(f.example)));
    EXPECT_TRUE(e.ok()) << to_text(e.problems());
    EXPECT_EQ(&function(f.id), &f);
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(FunctionId::coalesce) + 1) << "every id has a row";
  for (const Key& k : model_keys()) EXPECT_FALSE(k.type.empty() || k.doc.empty() || k.since.empty()) << k.name;
}

TEST(Vocabulary, TellsMinOfEventsFromMinOfValues) {
  const auto rows = find_functions("min");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0]->is_aggregate());
  EXPECT_FALSE(rows[1]->is_aggregate());
  EXPECT_TRUE(find_functions("nothing").empty());
  EXPECT_THAT(function_names(), Contains("min"));
  EXPECT_THAT(function_names(), Not(Contains("sentiment")));
}

TEST(Vocabulary, WritesSignatures) {
  EXPECT_EQ(signature(function(FunctionId::slope)), "slope(events[window][, field])");
  EXPECT_EQ(signature(function(FunctionId::decayed_count)),
            "decayed_count(events, half_life: days | steps: [days: weight, ...])");
  EXPECT_EQ(signature(function(FunctionId::coalesce)), "coalesce(x, ...)");
  EXPECT_EQ(signature(function(FunctionId::seats)), "seats([product])");
  EXPECT_EQ(signature(function(FunctionId::tenure)), "tenure()");
  EXPECT_EQ(signature(function(FunctionId::users_with)), "users_with(events[window], events: n | days: n)");
  EXPECT_EQ(signature(function(FunctionId::missed)), "missed(events, done, by: property[, due: property])");
  EXPECT_EQ(signature(function(FunctionId::contact_health)),
            "contact_health(events[window], roles: [role: influence, ...])");
}

TEST(Vocabulary, KnowsOutcomes) {
  EXPECT_TRUE(is_outcome_event("account.churned"));
  EXPECT_TRUE(is_outcome_event("account.anything"));
  EXPECT_TRUE(is_outcome_event("notice.given"));
  EXPECT_FALSE(is_outcome_event("accounting.done"));
  EXPECT_FALSE(is_outcome_event("login"));
}

}  // namespace
}  // namespace kenko::vocabulary
