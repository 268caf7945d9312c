// Every function, filter word and curve as nodes of a plan.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/load.h"
#include "plan/lower.h"
#include "plan/print.h"
#include "plan/reads.h"
#include "without_outcomes.h"

namespace kenko::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

facts::Settings settings() {
  facts::Settings s;
  s.sources.emplace_back().emits = {"login", "message.sent", "ticket.opened"};
  s.sources[0].name = "product";
  s.sources[0].attributes = {{"go_live", facts::AttributeType::day}};
  return s;
}

constexpr std::string_view kHead =
    "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\nmetrics:\n";

Plan plan_of(const std::string& text) {
  const facts::Settings s = settings();
  auto model = model::load(text, "m.yaml", s);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return without_outcomes(std::move(lower(*model, s)).value());
}

// A plan of metrics, all scored.
Plan plan_of_metrics(const std::vector<std::pair<std::string, std::string>>& metrics) {
  std::string text(kHead);
  for (const auto& [name, expression] : metrics)
    text += fmt::format("  {}: {{dimension: d, value: '{}', curve: {{0: 0, 1: 100}}}}\n", name, expression);
  return plan_of(text);
}

// The selectors and nodes of one metric.
std::string value_of(const std::string& expression) {
  const std::string text = to_text(plan_of_metrics({{"m", expression}}));
  const size_t first = text.find('\n') + 1;
  return text.substr(first, text.find("dimension ") - first);
}

TEST(LowerExpression, LowersAggregates) {
  EXPECT_EQ(value_of("median(login[7d], value)"),
            "s0 = login\nn0 = quantile s0 window=7d field=value q=0.5 min_observed=7d: number\n");
  EXPECT_EQ(value_of("quantile(login[life], x, 90%)"),
            "s0 = login\nn0 = quantile s0 field=`x` q=0.9 min_observed=28d: number\n");
  EXPECT_EQ(value_of("first(login[7d], sentiment(text)) + last(login[7d], value)"),
            "s0 = login\nn0 = first s0 window=7d field=`sentiment(text)` min_observed=7d: number\n"
            "n1 = last s0 window=7d field=value min_observed=7d: number\nn2 = add n0 n1: number\n");
  EXPECT_EQ(value_of("current(pulse.set, value)"),
            "s0 = pulse.set\nn0 = current s0 field=value min_observed=28d: number\n");
  EXPECT_EQ(value_of("users_with(login[28d], events: 3) / users_with(login[28d], days: 16)"),
            "s0 = login\nn0 = users_with s0 window=28d at_least=3 min_observed=28d: number\n"
            "n1 = users_with s0 window=28d at_least=16d min_observed=28d: number\nn2 = divide n0 n1: number\n");
  EXPECT_EQ(value_of("streak(login) + streak(login, 7d)"),
            "s0 = login\nn0 = streak s0 period=1d min_observed=28d: number\n"
            "n1 = streak s0 period=7d min_observed=28d: number\nn2 = add n0 n1: number\n");
  EXPECT_EQ(value_of("longest_gap(login[91d])"),
            "s0 = login\nn0 = longest_gap s0 window=91d min_observed=91d: number\n");
  EXPECT_EQ(value_of("days_late(ticket.opened[28d], message.sent{ok}, by: k, due: on)"),
            "s0 = ticket.opened\ns1 = message.sent{`ok` = true}\n"
            "n0 = days_late s0 s1 by=`k` due=`on` window=28d min_observed=28d: number\n");
  EXPECT_EQ(value_of("contact_health(login[28d], roles: [sponsor: 3, \"Key User\": 0.5])"),
            "s0 = login\nn0 = contact_health s0 window=28d `Key User`:0.5 `sponsor`:3 min_observed=28d: number\n");
  EXPECT_EQ(value_of("count((ticket.opened or login or login)[7d]) + days_since(login or ticket.opened)"),
            "s0 = login|ticket.opened\nn0 = count s0 window=7d min_observed=7d: number\n"
            "n1 = days_since s0 min_observed=28d: number\nn2 = add n0 n1: number\n");
}

TEST(LowerExpression, LowersFilters) {
  const auto filter = [](const std::string& condition) {
    const std::string text = value_of(fmt::format("count(login{{{}}}[7d])", condition));
    return text.substr(10, text.find("}\nn0") - 10);
  };
  EXPECT_EQ(filter("starts_with(a, \"x\") or ends_with(a, \"y\") or contains(`b c`, \"z\")"),
            "{(`a` starts_with \"x\") or (`a` ends_with \"y\") or (`b c` contains \"z\")");
  EXPECT_EQ(filter("one_of(a, \"x\", 3)"), "{(`a` = \"x\") or (`a` = 3)");
  EXPECT_EQ(filter("one_of(a, \"x\")"), "{`a` = \"x\"");
  EXPECT_EQ(filter("between(value, -1, 9)"), "{(value >= -1) and (value <= 9)");
  EXPECT_EQ(filter("is_empty(a) and not is_empty(value)"), "{(`a` is_empty) and (not (value is_empty))");
  EXPECT_EQ(filter("about(\"billing\") and sentiment(text) < -20%"),
            "{(not (`about(billing)` is_empty)) and (`sentiment(text)` < -0.2)");
  EXPECT_EQ(filter("user.role = \"admin\" or user.vip or `user.role` = \"x\""),
            "{(user.`role` = \"admin\") or (user.`vip` = true) or (`user.role` = \"x\")");
}

TEST(LowerExpression, LowersValuesOfTheAccount) {
  EXPECT_EQ(value_of("tenure() + days_until(go_live) + days_to_renewal() + days_into_term()"),
            "n0 = tenure: number\nn1 = days_until `go_live`: number\nn2 = add n0 n1: number\n"
            "n3 = days_to_renewal: number\nn4 = add n2 n3: number\nn5 = days_into_term: number\n"
            "n6 = add n4 n5: number\n");
  EXPECT_EQ(value_of("seats(\"Pro\") / term_months()"),
            "n0 = seats `Pro`: number\nn1 = term_months: number\nn2 = divide n0 n1: number\n");
  EXPECT_EQ(value_of("same_period_last_year(log1p(seats())) + vs_own_baseline(seats(), 4w)"),
            "n0 = seats: number\nn1 = log1p n0: number\nn2 = earlier n1 lag=364d: number\n"
            "n3 = baseline n0 lag=28d: number\nn4 = add n2 n3: number\n");
}

TEST(LowerExpression, StagesPeersByLevel) {
  const Plan p = plan_of_metrics({{"a", "percentile(children(seats(), max)) + 1"},
                                  {"b", "children(children(seats(), sum), count)"},
                                  {"c", "percentile(seats())"}});
  ASSERT_EQ(p.stages.size(), 4U);
  EXPECT_EQ(p.stages[1].kind, Stage::Kind::peers);
  const std::string text = to_text(p);
  EXPECT_THAT(text, HasSubstr("n0 = seats: number\nn1 = children n0 max: number\nn2 = percentile n1: number\n"));
  EXPECT_THAT(p.stages[0].nodes, ElementsAre(0, 3));
  EXPECT_THAT(p.stages[1].nodes, ElementsAre(1, 5, 7));
  EXPECT_THAT(p.stages[2].nodes, ElementsAre(2, 4, 6));
  EXPECT_TRUE(p.stages[3].nodes.empty());
}

TEST(LowerExpression, UsesOtherMetricsWithTheirOwnObservation) {
  const Plan p = plan_of(std::string(kHead) +
                         "  b: {dimension: d, value: 'a * 2 + count(login[28d])', curve: {0: 0}}\n"
                         "  a: {value: 'count(login[28d])', min_observed: 7d}\n"
                         "  c: {value: 'count(login[28d])', young: partial}\n");
  EXPECT_EQ(to_text(p),
            "model m min_coverage 0.6 too_new 28d\n"
            "s0 = login\n"
            "n0 = count s0 window=28d min_observed=7d: number\n"
            "n1 = 2: number\n"
            "n2 = multiply n0 n1: number\n"
            "n3 = count s0 window=28d min_observed=28d: number\n"
            "n4 = add n2 n3: number\n"
            "n5 = count s0 window=28d min_observed=14d: number\n"
            "dimension d weight 1\n"
            "metric a = n0\n"
            "metric b = n4 in d weight 1 linear 0:0\n"
            "metric c = n5\n"
            "band low from 0\n"
            "band high from 50\n");
}

TEST(LowerExpression, LowersCurves) {
  const auto curve = [](const std::string& value, const std::string& written) {
    const std::string text =
        to_text(plan_of(fmt::format("{}  m: {{dimension: d, value: '{}', curve: {}}}\n", kHead, value, written)));
    const size_t first = text.find(" weight 1 ", text.find("metric m"));
    return text.substr(first + 10, text.find('\n', first) - first - 10);
  };
  EXPECT_EQ(curve("count(login[28d])", "{daily: 100, none: 0, yearly: 10, quarterly: 20, fortnightly: 50}"),
            "linear 0:0 0.076923:10 0.307692:20 2:50 20:100");
  EXPECT_EQ(curve("active_days(login[7d])", "{none: 0, monthly: 10, weekly: 50, daily: 100}"),
            "linear 0:0 0.25:10 1:50 5:100");
  EXPECT_EQ(curve("distinct(login[7d], x)", "{none: 0, weekly: 50}"), "linear 0:0 4:50");
  EXPECT_EQ(curve("seats()", "{points: {0: 0, 10: 50}, ends: open}"), "linear open_below open_above 0:0 10:50");
  EXPECT_EQ(curve("seats()", "{points: {0: 0, 10: 50}, ends: above}"), "linear open_above 0:0 10:50");
  EXPECT_EQ(curve("seats()", "{points: {0: 0, 10: 50}}"), "linear 0:0 10:50");
  EXPECT_EQ(curve("seats()", "{hill: {half: 10, power: 2}}"), "hill half=10 power=2");
  EXPECT_EQ(curve("seats()", "{hill: {half: 0.5}}"), "hill half=0.5 power=1");
  EXPECT_EQ(curve("seats()", "{percentile: {0%: 0, 50%: 60, 100%: 100}}"), "linear 0:0 0.5:60 1:100 of n1");
  EXPECT_EQ(curve("seats()", "{baseline: {-2: 0, 2: 100}, over: 4w}"), "linear -2:0 2:100 of n1");
}

TEST(LowerExpression, KnowsWhatEachReads) {
  const Plan p =
      plan_of_metrics({{"a", "open(ticket.opened, message.sent, by: k) + children(days_until(go_live), max)"},
                       {"b", "days_to_renewal() + days_since(login)"}});
  const Reads a = expression_reads(p, 0);
  EXPECT_THAT(a.events, ElementsAre("message.sent", "ticket.opened"));
  EXPECT_THAT(a.attributes, ElementsAre("go_live"));
  EXPECT_TRUE(a.children);
  EXPECT_FALSE(a.term);
  const Reads b = expression_reads(p, 1);
  EXPECT_TRUE(b.term);
  EXPECT_FALSE(b.children || b.seats || b.arr);
  EXPECT_EQ(b.aggregates.size(), 1U);
}

TEST(LowerExpression, EveryPartIsPartOfTheFingerprint) {
  const char* kDifferent[] = {
      "open(ticket.opened, login, by: k)",
      "open(ticket.opened, message.sent, by: k)",
      "open(ticket.opened, login, by: l)",
      "missed(ticket.opened, login, by: k)",
      "missed(ticket.opened, login, by: k, due: d)",
      "missed(ticket.opened, login, by: k, due: e)",
      "quantile(login[28d], value, 0.5)",
      "quantile(login[28d], value, 0.6)",
      "count(login[28d])",
      "sum(login[28d], value)",
      "sum(login[life], value)",
      "users_with(login[28d], events: 2)",
      "users_with(login[28d], events: 3)",
      "users_with(login[28d], days: 3)",
      "streak(login)",
      "streak(login, 2d)",
      "contact_health(login[28d], roles: [a: 1])",
      "contact_health(login[28d], roles: [a: 2])",
      "contact_health(login[28d], roles: [b: 1])",
      "children(seats(), sum)",
      "children(seats(), mean)",
      "seats()",
      "seats(\"a\")",
      "vs_own_baseline(seats(), 4w)",
      "vs_own_baseline(seats(), 5w)",
      "same_period_last_year(seats())",
      "count(login{user.a}[28d])",
      "count(login{a}[28d])",
      "count(login{about(\"a\")}[28d])",
      "count(login{starts_with(a, \"x\")}[28d])",
      "count(login{ends_with(a, \"x\")}[28d])",
      "count((login or message.sent)[28d])",
  };
  std::map<std::string, std::string> seen;
  for (const char* expression : kDifferent) {
    const Plan p = plan_of_metrics({{"m", expression}});
    const auto [place, added] = seen.emplace(p.fingerprint.hex(), expression);
    EXPECT_TRUE(added) << expression << " and " << place->second;
  }
  const auto print = [](const char* expression) { return plan_of_metrics({{"m", expression}}).fingerprint; };
  EXPECT_EQ(print("median(login[28d], value)"), print("quantile(login[4w], value, 50%)"));
  EXPECT_EQ(print("count((login or message.sent)[28d])"), print("count((message.sent or login)[28d])"));
  EXPECT_EQ(print("count(login{one_of(a, 1, 2)}[7d])"), print("count(login{a = 1 or a = 2}[7d])"));
}

}  // namespace
}  // namespace kenko::plan
