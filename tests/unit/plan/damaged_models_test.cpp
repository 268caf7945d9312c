// Models with random damage: whatever the check lets pass becomes a plan that keeps every invariant.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/random.h"
#include "model/load.h"
#include "model/model_workspace.h"
#include "plan/lower.h"
#include "plan/print.h"
#include "vocabulary/vocabulary.h"

namespace kenko::plan {
namespace {

// The models of docs/GRAMMAR.md and one metric of every example of the vocabulary.
std::vector<std::string> models() {
  std::ifstream in("docs/GRAMMAR.md", std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  const std::string text = content.str();
  std::vector<std::string> out;
  for (size_t at = text.find("```yaml\n"); at != std::string::npos; at = text.find("```yaml\n", at + 1))
    out.push_back(text.substr(at + 8, text.find("```\n", at + 8) - at - 8));
  std::string every =
      "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n"
      "  scored: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 9: 100}}\n";
  int i = 0;
  for (const vocabulary::Function& f : vocabulary::functions())
    every += fmt::format("  m{}:\n    value: |\n      {}\n", i++, f.example);
  out.push_back(every);
  return out;
}

TEST(DamagedModels, GiveAPlanOrAProblemWithAPlace) {
  static constexpr std::string_view kPieces[] = {
      "{",     "}",    "[",     "]",     "(",     ")",       "'",      "\"",          "`",         ":",       ",",
      ".",     "%",    "=",     "<",     "-",     "*",       " ",      "\n",          "0",         "28d",     "life",
      "login", "plan", "value", "user",  "text",  "seats()", "arr()",  "a or b",      " and ",     " or ",    "not ",
      "min(",  "sum",  "month", "users", "depth", "by: k",   "due: k", "percentile(", "children(", "go_live", "-1"};
  Random random(20261122);
  int passed = 0;
  int refused = 0;
  for (const std::string& text : models()) {
    for (int round = 0; round < 1200; ++round) {
      std::string damaged = text;
      for (uint64_t k = 1 + random.next() % 2; k > 0; --k) {
        const size_t at = random.next() % damaged.size();
        const std::string_view piece = kPieces[random.next() % std::size(kPieces)];
        damaged.replace(at, random.next() % 6, random.next() % 3 == 0 ? "" : piece);
      }
      const facts::Settings settings = model::example_settings();
      const auto model = model::load(damaged, "m.yaml", settings);
      if (!model.ok()) {
        ++refused;
        for (const Problem& p : model.problems())
          ASSERT_TRUE(p.place.line > 0 && !p.message.empty() && !p.code.empty()) << damaged;
        continue;
      }
      ++passed;
      const auto plan = lower(*model, settings);  // verified inside
      ASSERT_TRUE(plan.ok()) << damaged;
      ASSERT_FALSE(to_text(*plan).empty());
    }
  }
  EXPECT_GT(refused, 1500);
  EXPECT_GT(passed, 150);
}

}  // namespace
}  // namespace kenko::plan
