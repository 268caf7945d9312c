// A small model and a panel that follows it, both made by hand: with nested dimensions, every kind of curve, segments,
// triggers, caps and missing values.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "plan/plan.h"
#include "score/history.h"
#include "stats/logistic.h"
#include "validate/panel.h"

namespace kenko::fit {

inline int64_t micros(double points) { return std::llround(points * 1e6); }

inline plan::Metric metric(std::string name, uint32_t dimension, double weight, plan::Curve curve) {
  plan::Metric m;
  m.name = m.label = std::move(name);
  m.dimension = dimension;
  m.weight = Decimal{micros(weight)};
  m.curve = std::move(curve);
  return m;
}

inline plan::Curve line(std::vector<std::pair<double, double>> points,
                        plan::Curve::Kind kind = plan::Curve::Kind::linear) {
  plan::Curve c;
  c.kind = kind;
  for (const auto& [x, y] : points) c.points.push_back({x, micros(y)});
  return c;
}

inline plan::Plan rich_plan() {
  using Kind = plan::Curve::Kind;
  plan::Plan p;
  p.model = "rich";
  plan::Node node;
  node.type = plan::Type::number;
  p.nodes.assign(8, node);
  p.nodes[1].type = plan::Type::text;
  plan::Dimension d;
  for (const char* name : {"habit", "inner", "mood", "odd"}) {
    d.name = d.label = name;
    d.weight = Decimal::whole(static_cast<int64_t>(p.dimensions.size()) + 2);
    p.dimensions.push_back(d);
  }
  p.dimensions[1].parent = 0;
  p.dimensions[2].rollup = plan::Rollup::min;
  p.dimensions[3].rollup = plan::Rollup::points;
  p.dimensions[3].start_micros = micros(40);
  plan::Curve words;
  words.kind = Kind::category;
  words.categories = {{"big", micros(90)}, {"small", micros(30)}};
  words.other = micros(50);
  plan::Curve hill;
  hill.kind = Kind::hill;
  hill.half = 8;
  hill.power = 2;
  plan::Curve each;
  each.kind = Kind::each;
  each.each_micros = micros(-4);
  each.at_most_micros = micros(30);
  plan::Curve open = line({{0, 20}, {10, 80}});
  open.open_above = open.open_below = true;
  p.metrics = {metric("a_line", 0, 3, line({{0, 0}, {5, 40}, {10, 40}, {20, 100}})),
               metric("b_word", 0, 1, words),
               metric("c_hill", 1, 2, hill),
               metric("d_open", 1, 1, open),
               metric("e_steps", 2, 1, line({{0, 90}, {4, 60}, {9, 10}}, Kind::steps)),
               metric("f_humped", 2, 2, line({{0, 30}, {6, 95}, {12, 30}, {20, 5}})),
               metric("g_each", 3, 1, each)};
  for (uint32_t m = 0; m < p.metrics.size(); ++m) p.metrics[m].node = p.metrics[m].points_node = m;
  p.metrics[0].missing = {plan::Missing::Kind::score, micros(55), 0};
  p.metrics[2].missing = {plan::Missing::Kind::zero, 0, 0};
  plan::Segment s;
  s.name = "large";
  s.changes.metric_weights = {{0, Decimal::whole(5)}, {1, Decimal{}}};
  s.changes.dimension_weights = {{2, Decimal::whole(9)}};
  s.changes.curves = {{5, line({{0, 10}, {20, 90}})}};
  p.segments = {s};
  p.bands = {{"red", 0, {}}, {"yellow", 4000, {}}, {"green", 7000, {}}};
  return p;
}

// Rows with values of all metrics (some without), scores not filled in.
inline validate::Panel random_rows(const plan::Plan& plan, int accounts, int days, uint64_t seed) {
  Random random(seed);
  validate::Panel p;
  p.model = plan.model;
  p.outcome = p.outcome_label = "churn";
  p.horizon = 28;
  for (const plan::Metric& m : plan.metrics) {
    p.metrics.push_back(m.name);
    p.metric_labels.push_back(m.label);
    p.ours.push_back(0);
    p.is_text.push_back(plan.nodes[m.node].type == plan::Type::text ? 1 : 0);
  }
  p.texts = {"big", "other", "small"};
  for (const plan::Band& b : plan.bands) {
    p.bands.push_back(b.name);
    p.band_from.push_back(b.from_hundredths);
  }
  const Day first = *Day::parse("2024-01-01");
  for (int d = 0; d < days; ++d) p.days.push_back(first + 28 * d);
  p.last_day = p.days.back() + 28;
  p.excluded.assign(static_cast<size_t>(days), {});
  for (int a = 0; a < accounts; ++a) p.accounts.push_back("a" + std::to_string(10'000 + a));
  for (int d = 0; d < days; ++d) {
    for (uint32_t a = 0; a < static_cast<uint32_t>(accounts); ++a) {
      p.day.push_back(static_cast<uint32_t>(d));
      p.account.push_back(a);
      p.cluster.push_back(a);
      p.change.push_back(0);
      p.coverage.push_back(1'000'000);
      p.band.push_back(0);
      p.segment.push_back(!plan.segments.empty() && random.chance(0.4) ? 0 : -1);
      p.arr.push_back(1'000'000);
      p.to_renewal.push_back(validate::kNoDays);
      p.outcome_in.push_back(0);
      p.to_outcome.push_back(validate::kNoDays);
      p.observed.push_back(28);
      p.amount.push_back(validate::kNoAmount);
      p.reason.emplace_back();
      p.treated.push_back(0);
      p.score.push_back(0);
      p.parts.stage.push_back(-1);
      p.parts.rolled_up.push_back(0);
      p.parts.hierarchy.push_back(0);
      p.parts.silence.push_back(0);
      p.parts.triggers.push_back(random.chance(0.2) ? -1500 : 0);
      p.parts.limit.push_back(random.chance(0.1) ? 5000 : INT32_MAX);
      for (size_t m = 0; m < plan.metrics.size(); ++m) {
        const bool none = random.chance(0.15);
        const double x = p.is_text[m] != 0 ? static_cast<double>(random.between(0, 2)) : random.uniform() * 24 - 2;
        p.values.push_back(none ? validate::kNothing : x);
        p.parts.input.push_back(none ? validate::kNothing : x);
        const plan::Missing& missing = plan.metrics[m].missing;
        const bool policy = missing.kind == plan::Missing::Kind::score || missing.kind == plan::Missing::Kind::zero;
        p.points.push_back(!none ? 1 : policy ? static_cast<double>(missing.points_micros) / 1e6 : validate::kNothing);
      }
    }
  }
  return p;
}

}  // namespace kenko::fit
