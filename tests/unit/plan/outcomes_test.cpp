// How outcomes are lowered, and that no score knows of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/load.h"
#include "plan/lower.h"
#include "plan/print.h"
#include "plan/reads.h"
#include "plan/verify.h"
#include "without_outcomes.h"

namespace kenko::plan {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

facts::Settings settings() {
  facts::Settings s;
  facts::SourceSettings shop;
  shop.name = "shop";
  shop.emits = {"login", "order.lost", "purchase"};
  shop.attributes = {{"plan", facts::AttributeType::text}, {"city", facts::AttributeType::text}};
  s.sources.push_back(shop);
  return s;
}

Plan plan_of(std::string_view outcomes) {
  const std::string text =
      "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n"
      "  a: {dimension: d, value: 'count(purchase[28d])', curve: {0: 0, 1: 100}}\n"
      "  b: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 1: 100}}\n" +
      std::string(outcomes);
  const auto model = model::load(text, "m.yaml", settings());
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  auto plan = lower(*model, settings());
  EXPECT_TRUE(plan.ok());
  return std::move(*plan);
}

constexpr std::string_view kSeveral = R"y(outcomes:
  lapse: {label: Gone, absence: 'purchase{value > 0}', within: 30d, gap: 2d, among: 'count(purchase[28d]) > 0'}
  lost: {event: order.lost, among: 'attr(city) = "Rome" and percentile(count(login[7d])) > 0.5'}
  paper: {contract: not_renewed, renewed_within: 45d}
)y";

TEST(Outcomes, AreLowered) {
  const Plan plan = plan_of(kSeveral);
  ASSERT_THAT(plan.outcomes, SizeIs(3));
  const Outcome& lapse = plan.outcomes[0];
  EXPECT_EQ(lapse.label, "Gone");
  EXPECT_EQ(lapse.kind, Outcome::Kind::absence);
  EXPECT_EQ(lapse.horizon_days, 30);
  EXPECT_EQ(lapse.gap_days, 2);
  EXPECT_EQ(lapse.renewed_within_days, 0);
  const Node& events = plan.nodes[*lapse.events];
  EXPECT_EQ(events.aggregate.function, Function::count);
  EXPECT_EQ(events.aggregate.window_days, 0);
  EXPECT_EQ(to_text(*plan.selectors[events.aggregate.selector].filter), "value > 0");
  EXPECT_EQ(plan.nodes[plan.nodes[*lapse.among].args[0]].aggregate.window_days, 28);
  EXPECT_EQ(plan.outcomes[1].label, "lost");
  EXPECT_FALSE(plan.outcomes[2].events.has_value());
  EXPECT_EQ(plan.outcomes[2].renewed_within_days, 45);
  EXPECT_THAT(to_text(plan), HasSubstr("outcome lapse = absence n"));
  EXPECT_THAT(to_text(plan), HasSubstr("outcome paper = not_renewed within 90d gap 0d renewed_within 45d\n"));
}

// Published history is told apart by the fingerprint: it must not know of outcomes, whatever they read.
TEST(Outcomes, DoNotChangeTheFingerprint) {
  const Hash128 none = plan_of("").fingerprint;
  EXPECT_EQ(none, plan_of("outcome: order.lost\n").fingerprint);
  EXPECT_EQ(none, plan_of(kSeveral).fingerprint);
  EXPECT_NE(none, plan_of("accounts: {when: attr(city) = \"Rome\"}\n").fingerprint);
  EXPECT_EQ(none, fingerprint_of(without_outcomes(plan_of(kSeveral)), settings()));
}

TEST(Outcomes, AreReadByNothingElse) {
  const Plan plan = plan_of(kSeveral);
  const std::vector<bool> only = not_for_scores(plan);
  EXPECT_FALSE(only[plan.metrics[0].node]);
  EXPECT_TRUE(only[*plan.outcomes[0].events]);
  EXPECT_TRUE(only[*plan.outcomes[0].among]);
  EXPECT_FALSE(only[plan.nodes[*plan.outcomes[0].among].args[0]]) << "a metric counts the same";
  EXPECT_TRUE(std::is_sorted(only.begin(), only.end()));
}

TEST(Outcomes, AreVerified) {
  const auto broken = [](const auto& change) {
    Plan plan = plan_of(kSeveral);
    change(plan);
    return plan;
  };
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[0].events.reset(); })), "outcome lapse: events");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[0].events = p.outcomes[0].among; })), "outcome lapse: node");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[1].name = "lapse"; })), "two outcomes lapse");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[2].renewed_within_days = 0; })), "renewed within 0");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[0].horizon_days = 0; })), "within 0");
  EXPECT_DEATH(verify(broken([](Plan& p) { p.outcomes[0].among = p.metrics[0].node; })), "before those of scores");
  Plan number = plan_of("outcome: order.lost\n");
  number.outcomes[0].among = number.outcomes[0].events;
  EXPECT_DEATH(verify(number), "order.lost: condition");
}

}  // namespace
}  // namespace kenko::plan
