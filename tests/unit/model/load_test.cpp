#include "model/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "model/check_expression.h"
#include "model/print.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// The model of docs/GRAMMAR.md.
std::string example_model() {
  const std::string text = content_of("docs/GRAMMAR.md");
  const size_t first = text.find("```yaml\n") + 8;
  return text.substr(first, text.find("```\n", first) - first);
}

Model good(const std::string& text) {
  auto model = load(text, "m.yaml", example_settings());
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return std::move(*model);
}

std::string bad(const std::string& text) {
  const auto model = load(text, "m.yaml", example_settings());
  return model.ok() ? "" : to_text(model.problems());
}

constexpr std::string_view kHead =
    "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n";

std::string model_with(std::string_view value, std::string_view more = "curve: {0: 0, 1: 100}") {
  return fmt::format("{}  m:\n    dimension: d\n    value: |\n      {}\n    {}\n", kHead, value, more);
}

TEST(Load, ReadsTheModelOfTheGrammar) {
  const Model m = good(example_model());
  EXPECT_EQ(m.name, "saas");
  ASSERT_THAT(m.outcomes, SizeIs(1));
  EXPECT_EQ(m.outcomes[0].name, "churn");
  EXPECT_EQ(m.outcomes[0].expression, "account.churned");
  EXPECT_EQ(m.min_coverage_micros, 600'000);
  EXPECT_EQ(m.too_new_days, 28);
  ASSERT_THAT(m.metrics, SizeIs(5));
  ASSERT_THAT(m.dimensions, SizeIs(2));
  ASSERT_THAT(m.bands, SizeIs(3));
  EXPECT_EQ(m.metrics[0].label, "How often they log in");
  EXPECT_EQ(m.metrics[0].weight, Decimal::whole(2));
  EXPECT_FALSE(m.metrics[1].weight.has_value());
  EXPECT_EQ(m.metrics[1].curve.points[1].x.micros, 400'000);
  EXPECT_TRUE(m.metrics[1].curve.percent);
  EXPECT_EQ(m.metrics[1].missing.kind, Missing::Kind::score);
  EXPECT_EQ(m.metrics[1].missing.points_micros, 50'000'000);
  EXPECT_TRUE(m.metrics[1].reads.contracts);
  EXPECT_THAT(m.metrics[1].reads.events, ElementsAre("login"));
  EXPECT_EQ(m.metrics[2].type, Type::text);
  EXPECT_EQ(m.metrics[2].curve.other, 60'000'000);
  EXPECT_EQ(m.metrics[3].curve.kind, Curve::Kind::steps);
  EXPECT_FALSE(m.metrics[4].dimension.has_value());
  EXPECT_EQ(m.bands[1].from_hundredths, 4000);
  EXPECT_THAT(m.warnings, SizeIs(0));
}

TEST(Load, PassesEveryExampleOfTheVocabulary) {
  for (const vocabulary::Function& f : vocabulary::functions()) {
    const bool text = f.id == vocabulary::FunctionId::attr;
    (void)good(model_with(f.example, text ? "curve: {category: {pro: 100}}" : "curve: {0: 0, 1: 100}"));
  }
}

TEST(Load, MarksWhatRestsOnOurOwnTeam) {
  const Model m =
      good(std::string(kHead) +
           "  a: {dimension: d, curve: {0: 0}, value: 'count(message.sent[28d]) + count(invoice.issued[28d])'}\n"
           "  b: {value: 'count(message.sent[28d]) + count(login[28d])'}\n"
           "  c: {value: 'count(login[28d])', ours: true}\n"
           "  d: {value: 'seats()'}\n");
  EXPECT_TRUE(*m.metrics[0].ours);
  EXPECT_FALSE(*m.metrics[1].ours);
  EXPECT_TRUE(*m.metrics[2].ours);
  EXPECT_FALSE(*m.metrics[3].ours);
}

TEST(Load, KeepsWarningsOfAGoodModel) {
  const Model m =
      good(model_with("count(login[28d])") + "  x:\n    value: days_since(login)\n    curve: {0: 100, 28: 0}\n");
  ASSERT_THAT(m.warnings, SizeIs(1));
  EXPECT_EQ(m.warnings[0].code, "not-scored");
  EXPECT_EQ(m.warnings[0].severity, Severity::warning);
}

TEST(Load, WarnsOfWhatHasNoEffect) {
  const Model m = good(model_with("seats()", "curve: {0: 0, 1: 100}\n    min_observed: 7d"));
  ASSERT_THAT(m.warnings, SizeIs(1));
  EXPECT_EQ(m.warnings[0].code, "no-effect");
}

TEST(Load, ReadsOwnOutcomesAsOutcomes) {
  EXPECT_THAT(bad("outcome: payment.failed\n" + model_with("count(payment.failed[28d])")),
              HasSubstr("[outcome-as-input]"));
  EXPECT_EQ(bad(model_with("count(payment.failed[28d])")), "");
}

TEST(Load, TellsAttributesThatSourcesDisagreeAbout) {
  facts::Settings s = example_settings();
  s.sources[0].attributes = {{"plan", facts::AttributeType::number}};
  const auto model = load(model_with("attr(plan)"), "m.yaml", s);
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.problems()[0].code, "attribute-type");
}

TEST(Load, RefusesNumbersThatAreTooExactOrTooLarge) {
  EXPECT_THAT(bad(model_with("count(login{x = 0.1234567}[28d])")), HasSubstr("more than 6 decimal places"));
  EXPECT_THAT(bad(model_with("count(login{x = 1e300}[28d])")), HasSubstr("too large"));
  EXPECT_THAT(bad(model_with("count(login[28d])", "curve: {0: 0, 1: 100}\n    weight: 1e9")),
              HasSubstr("at most 1,000,000"));
  EXPECT_THAT(bad(model_with("count(login[28d])", "curve: {0.12345678: 0, 1: 100}")),
              HasSubstr("more than 6 decimal places"));
  EXPECT_THAT(bad("min_coverage: 101%\n" + model_with("count(login[28d])")), HasSubstr("between 0% and 100%"));
}

TEST(Literal, ReadsSignsAndPercents) {
  const auto literal = [](const std::string& s) {
    return literal_of(*language::parse(s, language::in_text(s)))->number;
  };
  EXPECT_EQ(literal("-40%").value.micros, -400'000);
  EXPECT_EQ(literal("1e1%").value.micros, 100'000);
  EXPECT_TRUE(literal("0.00001%").rounded);
  EXPECT_EQ(literal("2.5").value.micros, 2'500'000);
}

TEST(Print, ReadsTheModelAloud) {
  const std::string path = "tests/golden/models/print/grammar.txt";
  const std::string said = print_model(good(example_model()));
  if (std::getenv("KENKO_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << said;
  EXPECT_EQ(said, content_of(path)) << "KENKO_UPDATE_GOLDEN=1 unit_model writes it anew";
}

// Damage at random places: never a crash, always an answer with a place.
TEST(Load, SurvivesDamagedModels) {
  const std::string text = example_model();
  static const std::string kSigns = "{}[]()'\"`:,.%=<>!&|*#- \n\t0aé";
  Random random(411);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = text;
    for (int k = 0; k < 3; ++k) {
      const size_t at = random.next() % damaged.size();
      const char sign = kSigns[random.next() % kSigns.size()];
      if (random.next() % 3 == 0) {
        damaged.erase(at, 1 + random.next() % 5);
      } else {
        damaged.insert(at, 1, sign);
      }
    }
    const auto model = load(damaged, "m.yaml", example_settings());
    if (model.ok()) continue;
    ++refused;
    for (const Problem& p : model.problems())
      ASSERT_TRUE(p.place.line > 0 && !p.message.empty() && !p.code.empty()) << damaged;
  }
  EXPECT_GT(refused, 700);
}

}  // namespace
}  // namespace kenko::model
