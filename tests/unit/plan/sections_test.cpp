// The sections of a model besides its metrics: how they are lowered, what the fingerprint is of, what verify refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "base/random.h"
#include "model/load.h"
#include "plan/lower.h"
#include "plan/print.h"
#include "plan/verify.h"

namespace kenko::plan {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

facts::Settings settings() {
  facts::Settings s;
  s.sources.push_back({.name = "product",
                       .mapping = "",
                       .emits = {"login", "ticket.opened", "pulse.set"},
                       .attributes = {{"plan", facts::AttributeType::text}, {"vip", facts::AttributeType::flag}},
                       .start = std::nullopt,
                       .every_days = std::nullopt});
  return s;
}

constexpr std::string_view kModel = R"(kenko: 1
model: m
rollup: min
let: {month: 28d}
dimensions:
  use:
    weight: 3
    dimensions: {deep: {weight: 2}, deeds: {weight: 1, rollup: points, start: 12.5}}
  alone: {weight: 1, rollup: max}
metrics:
  b: {dimension: deep, value: 'count(login[month])', curve: {0: 0, 10: 100}, missing: {hold: 60d}, young: partial}
  a: {dimension: deeds, value: attr(vip), each: -3, at_most: 40}
  c: {dimension: alone, value: seats(), curve: {steps: {0: 0, 10: 100}}}
bands: {red: {quantile: 0%}, green: {quantile: 62.5%}}
band_margin: 1.5
band_dwell: 3d
quantiles_within: segment
segments:
  z:
    when: attr(plan) = "z"
    from: 2026-01-01
    until: 2026-12-31
    weights: {b: 0, use: 5, alone: 2}
    curves: {c: {0: 0, 5: 100}, b: {0: 0, 1: 50}}
    bands: {x: {from: 0}, y: {from: 20.25}}
    triggers: {two: off, one: {cap: 60}}
  y: {when: attr(plan) = "y"}
stages:
  young: {when: 'days_since(login) < 3', weights: {alone: 0}}
triggers:
  two: {when: attr(vip), points: -5.25, for: 3d, stack: 2, once: true}
  one: {when: 'count(login[month]) = 0', cap: 70, until: 'count(login[month]) > 2'}
accounts: {status: [active, trial], when: 'not attr(vip)'}
hierarchy: {own: 2, worst: 0.5, poor_by_value: 1, poor_below: 33.3}
inputs: {pulse: {event: pulse.set, every: 30d, from: CSM, rubric: {2: good, 1: bad}}}
)";

Plan plan_of(const std::string& text, const facts::Settings& s = settings()) {
  auto model = model::load(text, "m.yaml", s);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return std::move(lower(*model, s)).value();
}

Plan example() { return plan_of(std::string(kModel)); }

TEST(Sections, LowersDimensionsAndMetrics) {
  const Plan p = example();
  EXPECT_EQ(p.rollup, Rollup::min);
  ASSERT_THAT(p.dimensions, SizeIs(4));  // alone, deeds, deep, use
  EXPECT_FALSE(p.dimensions[0].parent.has_value());
  EXPECT_EQ(p.dimensions[0].rollup, Rollup::max);
  EXPECT_EQ(p.dimensions[1].parent, 3U);
  EXPECT_EQ(p.dimensions[1].rollup, Rollup::points);
  EXPECT_EQ(p.dimensions[1].start_micros, 12'500'000);
  EXPECT_EQ(p.dimensions[2].parent, 3U);
  ASSERT_THAT(p.metrics, SizeIs(3));
  EXPECT_EQ(p.metrics[0].curve.kind, Curve::Kind::each);
  EXPECT_EQ(p.metrics[0].curve.each_micros, -3'000'000);
  EXPECT_EQ(p.metrics[0].curve.at_most_micros, 40'000'000);
  EXPECT_EQ(p.metrics[1].missing.kind, Missing::Kind::hold);
  EXPECT_EQ(p.metrics[1].missing.hold_days, 60);
  EXPECT_EQ(p.nodes[p.metrics[1].node].aggregate.min_observed_days, 14);
}

TEST(Sections, LowersSegmentsInTheOrderOfTheFile) {
  const Plan p = example();
  ASSERT_THAT(p.segments, SizeIs(2));
  const Segment& z = p.segments[0];
  EXPECT_EQ(z.name, "z");
  EXPECT_EQ(p.segments[1].name, "y");
  EXPECT_EQ(z.from, Day::of(2026, 1, 1));
  EXPECT_EQ(p.nodes[z.when].op, Op::equal);
  EXPECT_THAT(z.changes.dimension_weights, ElementsAre(Pair(0U, Decimal::whole(2)), Pair(3U, Decimal::whole(5))));
  EXPECT_THAT(z.changes.metric_weights, ElementsAre(Pair(1U, Decimal{})));
  ASSERT_THAT(z.changes.curves, SizeIs(2));
  EXPECT_EQ(z.changes.curves[0].first, 1U);
  EXPECT_EQ(z.changes.curves[1].first, 2U);
  EXPECT_EQ(z.changes.curves[1].second.kind, Curve::Kind::linear);
  ASSERT_THAT(z.changes.bands, SizeIs(2));
  EXPECT_EQ(z.changes.bands[1].from_hundredths, 2'025);
  EXPECT_THAT(z.changes.triggers_off, ElementsAre(1U));
  ASSERT_THAT(z.changes.triggers, SizeIs(1));
  EXPECT_EQ(z.changes.triggers[0].first, 0U);
  EXPECT_EQ(z.changes.triggers[0].second.cap_hundredths, 6'000);
  ASSERT_THAT(p.life_stages, SizeIs(1));
  EXPECT_THAT(p.life_stages[0].changes.dimension_weights, ElementsAre(Pair(0U, Decimal{})));
}

TEST(Sections, LowersRules) {
  const Plan p = example();
  ASSERT_THAT(p.triggers, SizeIs(2));
  EXPECT_EQ(p.triggers[0].name, "one");
  EXPECT_EQ(p.triggers[0].cap_hundredths, 7'000);
  EXPECT_TRUE(p.triggers[0].until.has_value());
  EXPECT_EQ(p.triggers[0].points_hundredths, 0);
  EXPECT_EQ(p.triggers[1].points_hundredths, -525);
  EXPECT_EQ(p.triggers[1].for_days, 3);
  EXPECT_EQ(p.triggers[1].stack, 2);
  EXPECT_TRUE(p.triggers[1].once);
  EXPECT_TRUE(p.accounts.trial && p.accounts.active && !p.accounts.onboarding && !p.accounts.notice);
  EXPECT_EQ(p.nodes[*p.accounts.when].op, Op::not_);
  EXPECT_EQ(p.hierarchy.own, Decimal::whole(2));
  EXPECT_EQ(p.hierarchy.worst, Decimal{500'000});
  EXPECT_EQ(p.hierarchy.poor_below_hundredths, 3'330);
  EXPECT_EQ(p.bands[1].quantile_micros, 625'000);
  EXPECT_EQ(p.band_margin_hundredths, 150);
  EXPECT_EQ(p.band_dwell_days, 3);
  EXPECT_TRUE(p.quantiles_within_segment);
  ASSERT_THAT(p.inputs, SizeIs(1));
  EXPECT_EQ(p.inputs[0].label, "pulse");
  EXPECT_THAT(p.inputs[0].rubric, ElementsAre(Pair(1, "bad"), Pair(2, "good")));
}

// The example with parts of it exchanged.
std::string changed(std::initializer_list<std::pair<std::string_view, std::string_view>> exchanges) {
  std::string text(kModel);
  for (const auto& [from, to] : exchanges) {
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
  }
  return text;
}

TEST(Sections, FingerprintIsOfTheMeaningAlone) {
  const Hash128 print = example().fingerprint;
  const auto of = [](std::string_view from, std::string_view to) { return plan_of(changed({{from, to}})).fingerprint; };
  // Order of metrics, dimensions and triggers, labels, layout, constants and what is asked of people mean nothing.
  EXPECT_EQ(of("dimensions: {deep: {weight: 2}, deeds: {weight: 1, rollup: points, start: 12.5}}",
               "dimensions: {deeds: {label: D, start: 12.50, rollup: points, weight: 1.0}, deep: {weight: 2}}"),
            print);
  EXPECT_EQ(of("weights: {b: 0, use: 5, alone: 2}", "weights: {alone: 2, b: 0, use: 5}\n    label: The z"), print);
  EXPECT_EQ(of("curves: {c: {0: 0, 5: 100}, b: {0: 0, 1: 50}}", "curves: {b: {0: 0, 1: 50}, c: {0: 0, 5: 100}}"),
            print);
  EXPECT_EQ(of("[active, trial]", "[trial, active]"), print);
  EXPECT_EQ(of("{month: 28d}", "{month: 4w}"), print);
  EXPECT_EQ(of("rubric: {2: good, 1: bad}", "label: Pulse"), print);
  EXPECT_EQ(of("once: true}", "once: true, why: because}"), print);
  const std::string two = "  two: {when: attr(vip), points: -5.25, for: 3d, stack: 2, once: true}\n";
  EXPECT_EQ(plan_of(changed({{two, ""}, {"accounts: {status", two + "accounts: {status"}})).fingerprint, print);
  // Everything else does.
  const std::string y = "  y: {when: attr(plan) = \"y\"}\n";
  EXPECT_NE(plan_of(changed({{y, ""}, {"  z:\n", y + "  z:\n"}})).fingerprint, print);
  const std::pair<std::string_view, std::string_view> kChanges[] = {
      {"rollup: min", "rollup: max"},
      {"rollup: points, start: 12.5", "rollup: points, start: 12"},
      {"{weight: 1, rollup: max}", "{weight: 1}"},
      {"each: -3", "each: 3"},
      {"at_most: 40", "at_most: 41"},
      {"{hold: 60d}", "{hold: 61d}"},
      {", young: partial", ""},
      {"62.5%", "62%"},
      {"band_margin: 1.5", "band_margin: 1"},
      {"band_dwell: 3d", "band_dwell: 2d"},
      {"quantiles_within: segment", "quantiles_within: portfolio"},
      {"from: 2026-01-01", "from: 2026-01-02"},
      {"    until: 2026-12-31\n", ""},
      {"b: 0, use: 5", "b: 1, use: 5"},
      {"use: 5", "use: 6"},
      {"{0: 0, 5: 100}", "{0: 0, 6: 100}"},
      {"20.25", "20.5"},
      {"two: off, ", ""},
      {"{cap: 60}", "{cap: 61}"},
      {"\"y\"", "\"q\""},
      {"  y: {", "  why: {"},
      {"alone: 0", "alone: 1"},
      {"stages:\n  young", "stages:\n  old"},
      {"points: -5.25", "points: -5"},
      {"for: 3d", "for: 4d"},
      {"stack: 2", "stack: 3"},
      {", once: true", ""},
      {"cap: 70", "cap: 71"},
      {"> 2'", "> 3'"},
      {"[active, trial]", "[active]"},
      {"not attr(vip)", "attr(vip)"},
      {"own: 2", "own: 3"},
      {"worst: 0.5", "worst: 1"},
      {"poor_by_value", "poor_by_count"},
      {"poor_below: 33.3", "poor_below: 33"},
  };
  for (const auto& [from, to] : kChanges) EXPECT_NE(of(from, to), print) << from << " -> " << to;
}

TEST(Sections, FingerprintIsOfTheSettingsThatCount) {
  const Hash128 print = example().fingerprint;
  const auto with = [](const std::function<void(facts::Settings&)>& change) {
    facts::Settings s = settings();
    change(s);
    return plan_of(std::string(kModel), s).fingerprint;
  };
  EXPECT_NE(with([](auto& s) { s.sources[0].every_days = 3; }), print);
  EXPECT_NE(with([](auto& s) { s.status_attribute = "state"; }), print);
  EXPECT_NE(with([](auto& s) { s.status_words = {{"Customer", "active"}}; }), print);
  EXPECT_EQ(with([](auto& s) { s.sources[0].attributes["city"] = facts::AttributeType::text; }), print);
  facts::Settings moved = settings();
  moved.sources.push_back(moved.sources[0]);
  moved.sources[1].name = "crm";
  const Hash128 both = plan_of(std::string(kModel), moved).fingerprint;
  moved.sources[1].attributes.erase("vip");
  EXPECT_NE(plan_of(std::string(kModel), moved).fingerprint, both);
}

// A word of the text, and one of its kind in its place: a number for a number, days for days, a name for a name.
std::string with_another_word(std::string text, Random& random) {
  static const std::vector<std::string> kNumbers = {"0", "1", "2.5", "40", "99.99", "100", "0.01"};
  static const std::vector<std::string> kDays = {"1d", "28d", "2w", "400d"};
  static const std::vector<std::string> kNames = {"a",   "b",    "c",   "use",    "deep",    "alone", "deeds",
                                                  "one", "two",  "min", "max",    "mean",    "z",     "vip",
                                                  "cap", "plan", "off", "points", "segment", "true",  "month"};
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; };
  size_t begin = random.next() % text.size();
  while (begin < text.size() && !part(text[begin])) ++begin;
  size_t end = begin;
  while (begin > 0 && part(text[begin - 1])) --begin;
  while (end < text.size() && part(text[end])) ++end;
  if (end < text.size() && text[end] == ':' && random.next() % 8 != 0) return text;  // keys seldom
  const bool number = begin < text.size() && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
  const bool days = number && std::isalpha(static_cast<unsigned char>(text[end - 1])) != 0;
  const auto& words = days ? kDays : number ? kNumbers : kNames;
  return text.replace(begin, end - begin, words[random.next() % words.size()]);
}

// Whatever the check lets pass can be lowered and is a good plan; verify, which lower calls, would stop the test.
TEST(Sections, WhatPassesTheCheckIsLowered) {
  Random random(2603);
  int passed = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string damaged(kModel);
    const int words = 1 + round % 4;
    for (int k = 0; k < words; ++k) damaged = with_another_word(std::move(damaged), random);
    const auto model = model::load(damaged, "m.yaml", settings());
    if (!model.ok()) continue;
    ++passed;
    EXPECT_TRUE(lower(*model, settings()).ok()) << damaged;
  }
  EXPECT_GT(passed, 150);
}

TEST(SectionsDeathTest, FindEveryBrokenInvariant) {
  testing::FLAGS_gtest_death_test_style = "fast";
  const Plan good = example();
  verify(good);
  const auto broken = [&](const std::function<void(Plan&)>& change) {
    Plan p = good;
    change(p);
    return p;
  };
  EXPECT_DEATH(verify(broken([](Plan& p) { p.dimensions[1].parent = 1; })), "nested in itself");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.dimensions[1].parent = 9; })), "parent 9");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.dimensions[2].start_micros = 1; })), "starts at 1");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.dimensions[1].rollup = Rollup::mean; })), "its dimension and its curve");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.rollup = Rollup::points; })), "add points");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[0].curve.at_most_micros = 0; })), "at most 0");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[1].missing.hold_days = 0; })), "hold 0 days");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[1].points_node = 99; })), "nodes");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.bands[1].quantile_micros.reset(); })), "from or quantile");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.bands[1].quantile_micros = 0; })), "from quantile 0");
  EXPECT_DEATH(verify(broken([](Plan& p) { std::swap(p.triggers[0], p.triggers[1]); })), "trigger one is out of order");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.triggers[1].points_hundredths = 10'001; })), "points 10001");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.triggers[0].for_days = 2; })), "for 2 days");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.triggers[1].when = p.metrics[2].node; })), "condition");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].changes.metric_weights[0].first = 9; })), "position 9");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].changes.dimension_weights[0].second.micros = -1; })),
               "weight");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].changes.triggers[0].first = 9; })), "");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].changes.triggers_off[0] = 0; })), "is changed and off");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].changes.bands.pop_back(); })), "1 bands");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[0].from = Day::of(2027, 1, 1); })), "ends before it begins");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.segments[1].when = p.metrics[2].node; })), "condition");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.life_stages.clear(); })), "read by nobody");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.accounts.when.reset(); })), "read by nobody");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.accounts.trial = p.accounts.active = false; })), "no status");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.hierarchy.worst.micros = -1; })), "weight -0.000001");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.band_dwell_days = 0; })), "dwell 0");
}

TEST(SectionsDeathTest, StagesComputeWhatIsReadFirst) {
  testing::FLAGS_gtest_death_test_style = "fast";
  std::string text(kModel);
  text.replace(text.find("  c: {"), 6, "  p: {value: 'percentile(seats()) + 1'}\n  c: {");
  const Plan good = plan_of(text);
  ASSERT_THAT(good.stages, SizeIs(3));
  const auto broken = [&](const std::function<void(Plan&)>& change) {
    Plan p = good;
    change(p);
    return p;
  };
  EXPECT_DEATH(verify(broken([](Plan& p) {
                 auto& local = p.stages[0].nodes;
                 auto& peers = p.stages[1].nodes;
                 local.insert(local.end(), peers.begin(), peers.end());
                 std::sort(local.begin(), local.end());
                 p.stages.erase(p.stages.begin() + 1);
               })),
               "in the first stage");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.stages[1].nodes.pop_back(); })), "nodes are staged");
  EXPECT_DEATH(verify(broken([](Plan& p) {
                 const auto percentile =
                     std::find_if(p.nodes.begin(), p.nodes.end(), [](const Node& n) { return n.op == Op::percentile; });
                 percentile->op = Op::log1p;
                 std::swap(p.stages[0].nodes, p.stages[1].nodes);
               })),
               "is computed before node");
}

TEST(SectionsDeathTest, NoSegmentRestsOnAPercentile) {
  testing::FLAGS_gtest_death_test_style = "fast";
  std::string text(kModel);
  text.replace(text.find("  two: {"), 8, "  up: {when: percentile(seats()) > 0.5, points: 1}\n  two: {");
  Plan p = plan_of(text);
  p.segments[1].when = p.triggers[2].when;
  EXPECT_DEATH(verify(p), "rests on the percentile");
}

}  // namespace
}  // namespace kenko::plan
