#include "plan/values.h"

#include <gtest/gtest.h>

#include "model/load.h"
#include "plan/lower.h"

namespace kenko::plan {
namespace {

constexpr const char* kModel = R"(kenko: 1
model: m
dimensions: {d: {weight: 1}}
bands: {low: {from: 0}, high: {from: 50}}
metrics:
  a: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 1: 100}}
  b: {value: 'open(ticket.opened, ticket.closed, by: id)'}
  c: {value: 'percentile(count(page[7d]))'}
  e: {value: 'children(count(login[28d]), sum)'}
segments:
  big: {when: 'count(login[91d]) > 3', weights: {d: 2}}
triggers:
  quiet: {when: 'days_since(page) > 9', points: -5}
)";

Plan plan() {
  facts::Settings settings;
  facts::SourceSettings& app = settings.sources.emplace_back();
  app.name = "app";
  app.emits = {"login", "page", "ticket.closed", "ticket.opened"};
  auto model = model::load(kModel, "m.yaml", settings);
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return std::move(lower(*model, settings)).value();
}

TEST(ValuesTest, WhatReadsOtherAccounts) {
  const Plan p = plan();
  EXPECT_FALSE(reads_others(p, 0));
  EXPECT_FALSE(reads_others(p, 1));
  EXPECT_TRUE(reads_others(p, 2));
  EXPECT_TRUE(reads_others(p, 3));
}

TEST(ValuesTest, KeepsWhatTheMetricsRestOnAlone) {
  const Plan p = plan();
  const uint32_t own[] = {1, 0};
  const Plan v = values_of(p, own);
  ASSERT_EQ(v.metrics.size(), 2U);
  EXPECT_EQ(v.metrics[0].name, "b");
  EXPECT_EQ(v.metrics[1].name, "a");
  ASSERT_EQ(v.nodes.size(), 2U);
  ASSERT_EQ(v.selectors.size(), 3U);
  const Aggregate& pair = v.nodes[v.metrics[0].node].aggregate;
  EXPECT_EQ(v.selectors[pair.selector].events.front(), "ticket.opened");
  EXPECT_EQ(v.selectors[pair.second].events.front(), "ticket.closed");
  EXPECT_EQ(v.selectors[v.nodes[v.metrics[1].node].aggregate.selector].events.front(), "login");
  EXPECT_TRUE(v.segments.empty() && v.triggers.empty() && v.bands.empty() && v.dimensions.empty());
  for (const Stage& stage : v.stages) {
    EXPECT_TRUE(stage.kind != Stage::Kind::peers || stage.nodes.empty());
  }
}

TEST(ValuesTest, PlacesAreThoseWithinASegment) {
  const Plan p = plan();
  const uint32_t place[] = {2};
  const Plan v = values_of(p, place);
  ASSERT_EQ(v.segments.size(), 1U);
  EXPECT_TRUE(v.segments[0].changes.dimension_weights.empty());
  EXPECT_EQ(v.nodes[v.segments[0].when].op, p.nodes[p.segments[0].when].op);
  EXPECT_EQ(v.nodes[v.metrics[0].node].op, Op::percentile);
  EXPECT_LT(v.nodes.size(), p.nodes.size());
}

}  // namespace
}  // namespace kenko::plan
