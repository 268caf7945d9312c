// Types, units and reads of expressions that use one another.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "model/check_expression.h"
#include "model/load.h"
#include "model/units.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kHead =
    "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n"
    "  scored: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 9: 100}}\n";

// Metrics that are shown, one `name: expression` each.
Result<Model> loaded(const std::vector<std::pair<std::string, std::string>>& metrics, std::string_view more = "") {
  std::string text(kHead);
  for (const auto& [name, expression] : metrics)
    text += fmt::format("  {}:\n    value: |\n      {}\n", name, expression);
  return load(text + std::string(more), "m.yaml", example_settings());
}

Model good(const std::vector<std::pair<std::string, std::string>>& metrics) {
  auto model = loaded(metrics);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return std::move(*model);
}

std::string unit_of(const std::string& expression) {
  const Model m = good({{"x", expression}});
  return m.metrics[1].unit;
}

TEST(Expressions, MetricsUseMetricsInAnyOrder) {
  const Model m = good({{"b", "a / seats() + if(c, 1, 0)"},
                        {"a", "distinct(login[28d], user)"},
                        {"c", "attr(plan) = \"pro\" and percentile(children(arr(), sum)) > 0.5"}});
  const Metric& b = m.metrics[1];
  EXPECT_EQ(b.type, Type::number);
  EXPECT_THAT(b.reads.metrics, ElementsAre("a", "c"));
  EXPECT_THAT(b.reads.events, ElementsAre("login"));
  EXPECT_THAT(b.reads.attributes, ElementsAre("plan"));
  EXPECT_TRUE(b.reads.contracts && b.reads.percentile && b.reads.children);
  EXPECT_EQ(m.metrics[3].type, Type::flag);
  EXPECT_THAT(m.metrics[3].reads.metrics, IsEmpty());
}

// A metric may be called like an attribute, an event or a function.
TEST(Expressions, NamesOfOtherThingsAreNoMetrics) {
  const Model m = good({{"plan", "attr(plan)"},
                        {"login", "count(login[28d])"},
                        {"value", "sum(login[28d], value)"},
                        {"min", "min(login, value)"}});
  EXPECT_THAT(m.metrics[1].reads.metrics, IsEmpty());
  EXPECT_THAT(m.metrics[2].reads.metrics, IsEmpty());
  EXPECT_THAT(m.metrics[3].reads.metrics, IsEmpty());
  EXPECT_THAT(m.metrics[4].reads.metrics, ElementsAre("login", "value"));
}

TEST(Expressions, AMistakeIsReportedOnceWhereItIs) {
  const auto model = loaded({{"b", "a + a"}, {"a", "count(logn[28d])"}});
  ASSERT_FALSE(model.ok());
  ASSERT_THAT(model.problems(), SizeIs(1));
  EXPECT_EQ(model.problems()[0].code, "unknown-event");
}

TEST(Expressions, ALongChainOfMetricsIsNoDeepRecursion) {
  std::vector<std::pair<std::string, std::string>> metrics;
  for (int i = 0; i < 900; ++i) metrics.emplace_back(fmt::format("m{}", i), fmt::format("m{} + 1", i + 1));
  metrics.emplace_back("m900", "seats()");
  EXPECT_TRUE(good(metrics).metrics[1].reads.contracts);
}

TEST(Expressions, KnowUnits) {
  EXPECT_EQ(unit_of("count(login[28d]) * 2 + 1"), "event");
  EXPECT_EQ(unit_of("distinct(login[28d], user) / seats()"), "share");
  EXPECT_EQ(unit_of("count(login[28d]) / seats()"), "");
  EXPECT_EQ(unit_of("arr() / 12"), "money");
  EXPECT_EQ(unit_of("arr() / attr(mrr)"), "share");
  EXPECT_EQ(unit_of("40% * attr(mrr)"), "money");
  EXPECT_EQ(unit_of("1 / attr(mrr)"), "");
  EXPECT_EQ(unit_of("attr(employees)"), "");
  EXPECT_EQ(unit_of("max(coalesce(arr(), 0), 100)"), "money");
  EXPECT_EQ(unit_of("if(attr(vip), days_since(login), 3)"), "day");
  EXPECT_EQ(unit_of("children(arr(), max)"), "money");
  EXPECT_EQ(unit_of("children(arr(), count)"), "account");
  EXPECT_EQ(unit_of("same_period_last_year(-tenure())"), "day");
  EXPECT_EQ(unit_of("scored + 1"), "event");
  EXPECT_EQ(unit_of("sum(invoice.paid[28d], value) + arr()"), "money");
}

TEST(Expressions, MixedMoneyIsAnErrorOtherUnitsAWarning) {
  const auto problems = [](const std::string& expression) {
    const auto model = loaded({{"x", expression}});
    return model.ok() ? model->warnings : model.problems();
  };
  EXPECT_THAT(problems("arr() + arr(\"Pro\") * 2"), IsEmpty());
  EXPECT_THAT(problems("arr() > 1000"), IsEmpty());
  EXPECT_THAT(problems("arr() > sum(invoice.paid[life], value)"), IsEmpty());
  EXPECT_THAT(problems("seats() - distinct(login[28d], user)"), IsEmpty());
  EXPECT_THAT(problems("1 - distinct(login[28d], user) / seats()"), IsEmpty());
  for (const char* mixed : {"arr() + tenure()", "seats() < attr(mrr)", "max(1, arr(), seats())", "arr() > 40%"}) {
    const Problems found = problems(mixed);
    ASSERT_THAT(found, SizeIs(1)) << mixed;
    EXPECT_EQ(found[0].code, "unit-mismatch");
    EXPECT_EQ(found[0].severity, Severity::error) << mixed;
  }
  for (const char* odd : {"tenure() > seats()", "count(login[7d]) + days_since(login)", "count(login[7d]) > 40%"}) {
    const Problems found = problems(odd);
    ASSERT_THAT(found, SizeIs(1)) << odd;
    EXPECT_EQ(found[0].severity, Severity::warning) << odd;
  }
}

TEST(Expressions, JudgementsAreOurs) {
  const Model m =
      good({{"pulse", "current(pulse.set, value)"}, {"doubled", "pulse * 2"}, {"mixed", "pulse + count(login[28d])"}});
  EXPECT_TRUE(*m.metrics[1].ours);
  EXPECT_TRUE(*m.metrics[2].ours);
  EXPECT_FALSE(*m.metrics[3].ours);
}

TEST(Expressions, InputsMayBeRead) {
  const std::string inputs = "inputs: {checkup: {event: checkup.done, every: 91d}}\n";
  EXPECT_TRUE(loaded({{"x", "last(checkup.done[life], value)"}}, inputs).ok());
  EXPECT_FALSE(loaded({{"x", "last(checkup.done[life], value)"}}).ok());
}

TEST(Expressions, EveryFactCountsAsOne) {
  EXPECT_EQ(good({{"x", "tenure() + 1"}}).metrics[1].reads.account, true);
  const auto constant = loaded({{"x", "1 + 2"}});
  ASSERT_FALSE(constant.ok());
  EXPECT_THAT(to_text(constant.problems()), HasSubstr("constant-metric"));
}

// The second model of docs/GRAMMAR.md, and the expressions and filters of its tables.
TEST(Expressions, TheGrammarIsRight) {
  std::ifstream in("docs/GRAMMAR.md", std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  const std::string text = content.str();
  const size_t second = text.find("```yaml\n", text.find("```yaml\n") + 8) + 8;
  const auto model = load(text.substr(second, text.find("```\n", second) - second), "grammar.yaml", example_settings());
  ASSERT_TRUE(model.ok()) << to_text(model.problems());
  EXPECT_THAT(model->warnings, IsEmpty()) << to_text(model->warnings);
  int checked = 0;
  bool filters = false;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.starts_with("| filter |")) filters = true;
    if (line.starts_with("| function |")) break;
    if (!line.starts_with("| `")) continue;
    const size_t ticks = line.starts_with("| ``") ? 2 : 1;
    const size_t first = 2 + ticks;
    const std::string example(line.substr(first, line.find(std::string(ticks, '`') + " |", first) - first));
    const auto found = loaded({{"x", filters ? fmt::format("count(login{{{}}}[28d])", example) : example},
                               {"users", "seats()"},
                               {"logins", "seats()"}});
    EXPECT_TRUE(found.ok()) << to_text(found.problems());
    ++checked;
  }
  EXPECT_GE(checked, 26);
}

TEST(Units, FitTogether) {
  EXPECT_TRUE(fit_together("user", "seat"));
  EXPECT_TRUE(fit_together("", "money"));
  EXPECT_TRUE(fit_together("literal", "money"));
  EXPECT_FALSE(fit_together("share", "money"));
  EXPECT_FALSE(is_counted("share"));
  EXPECT_FALSE(is_counted(""));
  EXPECT_TRUE(is_counted("money"));
}

}  // namespace
}  // namespace kenko::model
