// Who is at risk of an outcome, and its events: in a life, after it and between two.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/peers.h"
#include "some_accounts.h"

namespace kenko::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

plan::NodeId count_of(plan::Plan& p, const std::string& event, int32_t window) {
  p.selectors.push_back({{event}, {}});
  plan::Node n;
  n.op = plan::Op::aggregate;
  n.aggregate.selector = static_cast<uint32_t>(p.selectors.size() - 1);
  n.aggregate.window_days = window;
  p.nodes.push_back(n);
  return static_cast<plan::NodeId>(p.nodes.size() - 1);
}

plan::NodeId scalar(plan::Plan& p, plan::Op op, plan::Type type, std::vector<plan::NodeId> args) {
  plan::Node n;
  n.op = op;
  n.type = type;
  n.args = std::move(args);
  p.nodes.push_back(n);
  return static_cast<plan::NodeId>(p.nodes.size() - 1);
}

struct World : SomeAccounts {
  World() {
    accounts = 2;
    settings.sources[0].emits = {"account.churned", "account.reactivated", "login"};
    plan.metrics.emplace_back();
    plan.metrics[0].node = plan.metrics[0].points_node = count_of(plan, "login", 7);
  }
  // An outcome whose events are those of a name.
  plan::Outcome& outcome(const std::string& event) {
    plan::Outcome o;
    o.name = event;
    o.events = count_of(plan, event, 0);
    return plan.outcomes.emplace_back(std::move(o));
  }
  // At risk: more of the node than 1.
  plan::NodeId above_one(plan::NodeId node) {
    plan::Node one;
    one.number = 1;
    plan.nodes.push_back(one);
    const auto literal = static_cast<plan::NodeId>(plan.nodes.size() - 1);
    return scalar(plan, plan::Op::greater, plan::Type::flag, {node, literal});
  }
  void event(uint32_t account, int32_t day, const std::string& name) { events.push_back({account, day, name, {}, {}}); }
  void make() {
    portfolio = std::make_unique<facts::Portfolio>(build());
    engine = std::make_unique<Engine>(plan, *portfolio);
  }
  // The lives of account 0 up to `until`.
  const std::vector<LifeDays>& run(Day until, bool among) {
    RunOptions options;
    options.among = among;
    peers = std::make_unique<Peers>(*engine, until, 1, std::span<const uint32_t>{}, options);
    engine->run(0, *peers, scratch, lives);
    return lives;
  }
  plan::Plan plan;
  std::unique_ptr<facts::Portfolio> portfolio;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Peers> peers;
  Scratch scratch;
  std::vector<LifeDays> lives;
};

TEST(Outcomes, TellWhoIsAtRiskOnEachDay) {
  World w;
  w.outcome("account.churned");
  w.plan.outcomes[0].among = w.above_one(count_of(w.plan, "login", 3));
  w.plan.nodes[*w.plan.outcomes[0].among - 2].aggregate.min_observed_days = 2;
  w.outcome("account.renewed");
  for (const int32_t day : {0, 1, 5}) w.event(0, day, "login");
  w.make();
  const auto& lives = w.run(Day{6}, true);
  ASSERT_THAT(lives, SizeIs(1));
  ASSERT_THAT(lives[0].among, SizeIs(2));
  EXPECT_THAT(lives[0].among[0], ElementsAre(0, 1, 1, 0, 0, 0, 0)) << "day 0 is not observed long enough";
  EXPECT_THAT(lives[0].among[1], IsEmpty()) << "everyone is";
  EXPECT_THAT(w.run(Day{6}, false)[0].among, IsEmpty());
}

// A peer table for scores alone would cost what no score needs.
TEST(Outcomes, WhatTheyAskOfOthersIsLeftOutOfScores) {
  World w;
  w.outcome("account.churned");
  const plan::NodeId logins = count_of(w.plan, "login", 3);
  w.plan.outcomes[0].among = w.above_one(scalar(w.plan, plan::Op::children, plan::Type::number, {logins}));
  w.event(0, 0, "login");
  for (const int32_t day : {1, 2}) w.event(1, day, "login");
  w.values.push_back({1, "parent", 0, SomeAccounts::text(SomeAccounts::id(0))});
  w.make();
  const auto& lives = w.run(Day{4}, true);
  EXPECT_THAT(lives[0].among[0], ElementsAre(0, 0, 1, 1, 0));
  EXPECT_THAT(w.peers->levels().size(), 2U);
  (void)w.run(Day{4}, false);
  EXPECT_THAT(w.peers->levels().size(), 1U);
  EXPECT_THAT(w.peers->levels().nodes(0), ElementsAre(0)) << "not even the events of the outcome are counted";
}

TEST(Outcomes, TheirEventsAreThoseOfAllLives) {
  World w;
  w.outcome("account.churned");
  w.event(0, 0, "login");
  w.events.push_back({0, 4, "account.churned", {{"effective_at", "1970-01-03"}}, {}});  // the life ends on day 3
  w.event(0, 6, "account.churned");                                                     // between two lives
  w.event(0, 8, "account.reactivated");
  w.event(0, 9, "account.churned");
  w.event(1, 1, "account.churned");
  w.make();
  const plan::NodeId node = *w.plan.outcomes[0].events;
  EXPECT_THAT(w.engine->selected_events(0, node, Day{20}), ElementsAre(1, 2, 4));
  EXPECT_THAT(w.engine->selected_events(0, node, Day{6}), ElementsAre(1, 2));
  EXPECT_THAT(w.engine->selected_events(0, node, Day{3}), IsEmpty());
  EXPECT_THAT(w.engine->selected_events(1, node, Day{20}), ElementsAre(5));
}

TEST(Outcomes, TheirEventsPassTheFilter) {
  World w;
  w.outcome("account.churned");
  plan::Filter filter;
  filter.field = "voluntary";
  filter.literal_type = plan::Type::flag;
  filter.flag = true;
  w.plan.selectors.back().filter = filter;
  for (const char* said : {"true", "false"}) w.events.push_back({0, 1, "account.churned", {{"voluntary", said}}, {}});
  w.event(0, 2, "account.churned");
  w.make();
  EXPECT_THAT(w.engine->selected_events(0, *w.plan.outcomes[0].events, Day{9}), ElementsAre(0));
}

}  // namespace
}  // namespace kenko::engine
