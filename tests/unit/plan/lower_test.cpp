#include "plan/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/load.h"
#include "plan/print.h"
#include "plan/reads.h"
#include "plan/verify.h"
#include "without_outcomes.h"

namespace kenko::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

facts::Settings settings() {
  facts::Settings s;
  s.sources.push_back({.name = "product",
                       .mapping = "",
                       .emits = {"login"},
                       .attributes = {{"plan", facts::AttributeType::text},
                                      {"mrr", facts::AttributeType::money},
                                      {"vip", facts::AttributeType::flag}},
                       .start = std::nullopt,
                       .every_days = 0});
  s.sources.push_back({.name = "desk",
                       .mapping = "",
                       .covers = facts::Coverage::touched,
                       .emits = {"message.sent", "ticket.opened"},
                       .attributes = {},
                       .start = std::nullopt,
                       .every_days = 0});
  return s;
}

constexpr std::string_view kHead =
    "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n";

// A plan of metrics, one `name: expression` a line, all scored.
Plan plan_of(const std::vector<std::pair<std::string, std::string>>& metrics, const facts::Settings& s = settings()) {
  std::string text(kHead);
  for (const auto& [name, expression] : metrics)
    text += fmt::format("  {}: {{dimension: d, value: '{}', curve: {{0: 0, 1: 100}}}}\n", name, expression);
  auto model = model::load(text, "m.yaml", s);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return without_outcomes(std::move(lower(*model, s)).value());
}

std::string nodes_of(const std::string& expression) {
  const std::string text = to_text(plan_of({{"m", expression}}));
  const size_t first = text.find("s0 = ") == std::string::npos ? text.find("n0 = ") : text.find("s0 = ");
  return text.substr(first, text.find("dimension ") - first);
}

TEST(Lower, SharesEqualParts) {
  const Plan p = plan_of({{"b", "count(login[28d]) / seats()"}, {"a", "count( login[4w] )"}});
  EXPECT_EQ(to_text(p),
            "model m min_coverage 0.6 too_new 28d\n"
            "s0 = login\n"
            "n0 = count s0 window=28d min_observed=28d: number\n"
            "n1 = seats: number\n"
            "n2 = divide n0 n1: number\n"
            "dimension d weight 1\n"
            "metric a = n0 in d weight 1 linear 0:0 1:100\n"
            "metric b = n2 in d weight 1 linear 0:0 1:100\n"
            "band low from 0\n"
            "band high from 50\n");
}

TEST(Lower, LowersEveryForm) {
  EXPECT_EQ(nodes_of("sum(ticket.opened{severity = \"high\" and 3 < value and not (vip or a = false)}[28d], value)"),
            "s0 = ticket.opened{(`severity` = \"high\") and (value > 3) and (not ((`vip` = true) or (`a` = false)))}\n"
            "n0 = sum s0 window=28d field=value min_observed=28d: number\n");
  EXPECT_EQ(nodes_of("min(login[7d], `value`)"),
            "s0 = login\nn0 = min s0 window=7d field=`value` min_observed=7d: number\n");
  EXPECT_EQ(nodes_of("min(days_since(login), -3)"),
            "s0 = login\nn0 = days_since s0 min_observed=28d: number\nn1 = -3: number\nn2 = min n0 n1: number\n");
  EXPECT_EQ(nodes_of("decayed_sum(login, value, steps: [30d: 1, 60d: 50%])"),
            "s0 = login\nn0 = decayed_sum s0 field=value <30d:1 <60d:0.5 min_observed=28d: number\n");
  EXPECT_EQ(nodes_of("decayed_count(login, half_life: 2w)"),
            "s0 = login\nn0 = decayed_count s0 half_life=14d min_observed=28d: number\n");
  EXPECT_EQ(nodes_of("change(count(login[7d]), 7d)"),
            "s0 = login\nn0 = count s0 window=7d min_observed=7d: number\nn1 = change n0 lag=7d: number\n");
  EXPECT_EQ(nodes_of("slope(login[4w])"), "s0 = login\nn0 = slope s0 window=28d min_observed=28d: number\n");
  EXPECT_EQ(nodes_of("if(attr(plan) = \"pro\" and attr(vip), attr(mrr), arr())"),
            "n0 = attribute `plan`: text\nn1 = \"pro\": text\nn2 = equal n0 n1: flag\nn3 = attribute `vip`: flag\n"
            "n4 = and n2 n3: flag\nn5 = attribute `mrr`: number\nn6 = arr: number\nn7 = if n4 n5 n6: number\n");
  EXPECT_EQ(nodes_of("distinct(login[28d], user)"),
            "s0 = login\nn0 = distinct s0 window=28d field=user min_observed=28d: number\n");
  EXPECT_EQ(nodes_of("clamp(coalesce(mean(login[7d], x), 0), 0, 1e3)"),
            "s0 = login\nn0 = mean s0 window=7d field=`x` min_observed=7d: number\nn1 = 0: number\nn2 = coalesce n0 "
            "n1: number\n"
            "n3 = 1000: number\nn4 = clamp n2 n1 n3: number\n");
}

// The plan of a whole model text.
Plan plan_of_text(const std::string& text, const facts::Settings& s = settings()) {
  auto model = model::load(text, "m.yaml", s);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return without_outcomes(std::move(lower(*model, s)).value());
}

TEST(Lower, MinObservedOfTheMetricIsThatOfAllItsAggregates) {
  const std::string text =
      std::string(kHead) +
      "  a: {dimension: d, value: 'count(login[28d]) + days_since(login)', curve: {0: 0}, min_observed: 14d}\n"
      "  b: {value: 'count(login[28d])'}\n";
  EXPECT_THAT(to_text(plan_of_text(text)), HasSubstr("n0 = count s0 window=28d min_observed=14d: number\n"
                                                     "n1 = days_since s0 min_observed=14d: number\n"
                                                     "n2 = add n0 n1: number\n"
                                                     "n3 = count s0 window=28d min_observed=28d: number\n"));
}

TEST(Lower, KeepsCurvesMissingAndOurs) {
  const std::string text =
      std::string(kHead) +
      "  a: {dimension: d, weight: 2.5, value: days_since(login), curve: {steps: {-1: 5, 40%: 10.5}}, missing: zero}\n"
      "  b: {dimension: d, value: attr(plan), curve: {category: {pro: 100, free: 20}, other: 1}, missing: {score: "
      "50}}\n"
      "  c: {dimension: d, value: 'count(message.sent[7d])', curve: {0: 0}}\n";
  const std::string shown = to_text(plan_of_text(text));
  EXPECT_THAT(shown, HasSubstr("in d weight 2.5 steps -1:5 0.4:10.5 missing zero\n"));
  EXPECT_THAT(shown, HasSubstr("in d weight 1 category `free`:20 `pro`:100 other:1 missing 50\n"));
  EXPECT_THAT(shown, HasSubstr("metric c = n2 in d weight 1 linear 0:0 ours\n"));
}

TEST(Lower, FingerprintIsOfTheMeaningAlone) {
  const std::string base =
      std::string(kHead) +
      "  a: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 40%: 100}}\n  b: {value: seats()}\n";
  const std::string same =
      "# a comment\nmodel: other\nkenko: 1\npurpose: p\nmetrics:\n  b: {value: seats( ), label: Seats}\n"
      "  a:\n    why: because\n    value: count( login [4w] )\n    dimension: d\n    weight: 1\n    curve: {0%: 0, "
      "0.4: 100.0}\n"
      "bands:\n  low: {from: 0, color: red}\n  high: {from: 50.00}\ndimensions: {d: {weight: 1.0, label: D}}\n";
  const Hash128 print = plan_of_text(base).fingerprint;
  EXPECT_EQ(plan_of_text(same).fingerprint, print);
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = base;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    return plan_of_text(text).fingerprint;
  };
  EXPECT_NE(replaced("28d", "27d"), print);
  EXPECT_NE(replaced("count", "active_days"), print);
  EXPECT_NE(replaced("login[", "login{x = 1}["), print);
  EXPECT_NE(replaced("40%", "41%"), print);
  EXPECT_NE(replaced("from: 50", "from: 51"), print);
  EXPECT_NE(replaced("  a:", "  c:"), print);
  EXPECT_NE(replaced("kenko: 1", "kenko: 1\nmin_coverage: 61%"), print);
  EXPECT_NE(replaced("kenko: 1", "kenko: 1\ntoo_new: 29d"), print);
  EXPECT_NE(replaced("weight: 1", "weight: 2"), print);

  const auto with = [&](const std::function<void(facts::Settings&)>& change) {
    facts::Settings s = settings();
    change(s);
    return plan_of_text(base, s).fingerprint;
  };
  EXPECT_EQ(with([](auto& s) { std::swap(s.sources[0], s.sources[1]); }), print);
  EXPECT_EQ(with([](auto& s) { s.company = "x"; }), print);
  EXPECT_NE(with([](auto& s) { s.currency = "EUR"; }), print);
  EXPECT_NE(with([](auto& s) { s.time_zone = *TimeZone::find("Asia/Tokyo"); }), print);
  EXPECT_NE(with([](auto& s) { s.close_minutes = 0; }), print);
  EXPECT_NE(with([](auto& s) { s.lapse_days = 31; }), print);
  EXPECT_NE(with([](auto& s) { s.ours.clear(); }), print);
  EXPECT_NE(with([](auto& s) { s.sources[1].covers = facts::Coverage::all; }), print);
  EXPECT_NE(with([](auto& s) { s.sources[1].emits.push_back("x"); }), print);
  EXPECT_NE(with([](auto& s) { s.sources[1].start = Day{3}; }), print);
}

TEST(Reads, NamesWhatAMetricRestsOn) {
  const Plan p = plan_of({{"a", "if(attr(vip), count(login[28d]) / seats(), change(count(ticket.opened[7d]), 7d))"},
                          {"b", "arr() / count(login[28d])"}});
  const Reads a = expression_reads(p, 0);
  EXPECT_THAT(a.events, ElementsAre("login", "ticket.opened"));
  EXPECT_THAT(a.attributes, ElementsAre("vip"));
  EXPECT_EQ(a.aggregates.size(), 2U);
  EXPECT_TRUE(a.seats);
  EXPECT_FALSE(a.arr);
  const Reads b = expression_reads(p, 1);
  EXPECT_THAT(b.events, ElementsAre("login"));
  EXPECT_TRUE(b.arr);
  EXPECT_FALSE(b.seats);
}

using VerifyDeathTest = testing::Test;

TEST(VerifyDeathTest, FindsEveryBrokenInvariant) {
  testing::FLAGS_gtest_death_test_style = "fast";
  const Plan good = plan_of({{"a", "count(login{x = 1}[28d]) / seats()"}, {"b", "slope(login[2w])"}});
  verify(good);
  const auto broken = [&](const std::function<void(Plan&)>& change) {
    Plan p = good;
    change(p);
    return p;
  };
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[2].args[0] = 2; })), "node 2 reads node 2");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[2].args.pop_back(); })), "has 1 arguments");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[2].op = Op::less; })), "wrong types");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[0].aggregate.selector = 9; })), "selector 9");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[0].aggregate.window_days = -1; })), "window of -1 days");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[0].aggregate.field.kind = Field::Kind::user; })), "field");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.nodes[3].aggregate.window_days = 15; })), "slope over 15 days");
  EXPECT_DEATH(verify(broken([](Plan& p) { std::swap(p.metrics[0], p.metrics[1]); })), "out of order");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics.pop_back(); })), "read by nobody");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[0].curve.points[1].x = 0; })), "does not rise");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[0].curve.points[1].points_micros = -1; })), "-1 points");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.metrics[0].weight = {}; })), "without weight or curve");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.bands[0].from_hundredths = 1; })), "2 bands");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.stages[0].nodes.pop_back(); })), "of 4 nodes are staged");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.selectors[0].filter->field.clear(); })), "comparison");
}

}  // namespace
}  // namespace kenko::plan
