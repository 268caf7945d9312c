#include "plan/verify.h"

#include <algorithm>

#include "base/check.h"
#include "plan/print.h"

namespace kenko::plan {
namespace {

constexpr int64_t kFullPoints = 100'000'000;

// How many arguments an operation takes, and of which types.
void verify_arguments(const Plan& plan, NodeId id) {
  const Node& n = plan.nodes[id];
  size_t least = 2;
  size_t most = 2;
  switch (n.op) {
    case Op::literal:
    case Op::aggregate:
    case Op::attribute:
    case Op::seats:
    case Op::arr:
      least = most = 0;
      break;
    case Op::negate:
    case Op::not_:
    case Op::change:
      least = most = 1;
      break;
    case Op::if_:
    case Op::clamp:
      least = most = 3;
      break;
    case Op::coalesce:
    case Op::min:
    case Op::max:
      least = 1;
      most = SIZE_MAX;
      break;
    default:
      break;
  }
  KENKO_CHECK(n.args.size() >= least && n.args.size() <= most, "node {} {} has {} arguments", id, name_of(n.op),
              n.args.size());
  for (const NodeId a : n.args) KENKO_CHECK(a < id, "node {} reads node {}", id, a);
}

void verify_types(const Plan& plan, NodeId id) {
  const Node& n = plan.nodes[id];
  const auto type = [&](size_t i) { return plan.nodes[n.args[i]].type; };
  const auto all = [&](Type wanted) {
    return std::all_of(n.args.begin(), n.args.end(), [&](NodeId a) { return plan.nodes[a].type == wanted; });
  };
  bool good = true;
  switch (n.op) {
    case Op::literal:
    case Op::attribute:
      break;
    case Op::aggregate:
    case Op::seats:
    case Op::arr:
      good = n.type == Type::number;
      break;
    case Op::not_:
    case Op::and_:
    case Op::or_:
      good = n.type == Type::flag && all(Type::flag);
      break;
    case Op::equal:
    case Op::not_equal:
      good = n.type == Type::flag && type(0) == type(1);
      break;
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      good = n.type == Type::flag && all(Type::number);
      break;
    case Op::if_:
      good = type(0) == Type::flag && type(1) == n.type && type(2) == n.type;
      break;
    case Op::coalesce:
      good = all(n.type);
      break;
    default:
      good = n.type == Type::number && all(Type::number);
      break;
  }
  KENKO_CHECK(good, "node {} {} has the wrong types", id, name_of(n.op));
  KENKO_CHECK((n.op == Op::change) == (n.lag_days != 0) && n.lag_days >= 0, "node {}: lag of {} days", id, n.lag_days);
}

void verify_aggregate(const Plan& plan, NodeId id) {
  const Aggregate& a = plan.nodes[id].aggregate;
  const Function f = a.function;
  KENKO_CHECK(a.selector < plan.selectors.size(), "node {}: selector {}", id, a.selector);
  KENKO_CHECK(a.min_observed_days >= 1, "node {}: min_observed {}", id, a.min_observed_days);
  const bool decayed = f == Function::decayed_count || f == Function::decayed_sum;
  const bool whole_life = decayed || f == Function::days_since;
  KENKO_CHECK(whole_life == (a.window_days == 0) && a.window_days >= 0, "node {}: window of {} days", id,
              a.window_days);
  KENKO_CHECK(decayed == ((a.half_life_days.micros > 0) != !a.steps.empty()), "node {}: half-life and steps", id);
  int32_t previous = 0;
  for (const Step& s : a.steps) {
    KENKO_CHECK(s.until_age_days > previous && s.weight.micros >= 0, "node {}: step until {}", id, s.until_age_days);
    previous = s.until_age_days;
  }
  using Kind = Field::Kind;
  const bool wants_field = f == Function::sum || f == Function::mean || f == Function::min || f == Function::max ||
                           f == Function::distinct || f == Function::decayed_sum;
  const bool good = f == Function::distinct ? a.field.kind == Kind::user || a.field.kind == Kind::property
                    : f == Function::slope  ? a.field.kind != Kind::user
                                            : wants_field == (a.field.kind != Kind::none) && a.field.kind != Kind::user;
  KENKO_CHECK(good, "node {}: field {}", id, static_cast<int>(a.field.kind));
  if (f == Function::slope)
    KENKO_CHECK(a.window_days >= 14 && a.window_days % 7 == 0, "node {}: slope over {} days", id, a.window_days);
}

void verify_filter(const Filter& f) {
  if (f.op == FilterOp::and_ || f.op == FilterOp::or_ || f.op == FilterOp::not_) {
    const bool good = f.op == FilterOp::not_ ? f.args.size() == 1 : f.args.size() >= 2;
    KENKO_CHECK(good, "a filter joins {} parts", f.args.size());
    for (const Filter& a : f.args) verify_filter(a);
    return;
  }
  KENKO_CHECK(f.args.empty() && !f.field.empty(), "comparison {}", to_text(f));
  KENKO_CHECK(!f.own || (f.field == "value" && f.literal_type == Type::number) ||
                  (f.field == "currency" && f.literal_type == Type::text),
              "own field {}", f.field);
  const bool equality = f.op == FilterOp::equal || f.op == FilterOp::not_equal;
  KENKO_CHECK(equality || f.literal_type == Type::number, "order of texts: {}", to_text(f));
}

void verify_curve(const Metric& m, Type type) {
  const Curve& c = m.curve;
  const auto in_range = [](int64_t points) { return points >= 0 && points <= kFullPoints; };
  const bool numeric = c.kind == Curve::Kind::linear || c.kind == Curve::Kind::steps;
  KENKO_CHECK(numeric == !c.points.empty(), "metric {}: {} points", m.name, c.points.size());
  KENKO_CHECK(!numeric || type == Type::number, "metric {}: a curve of numbers", m.name);
  KENKO_CHECK(c.kind != Curve::Kind::category || type != Type::number, "metric {}: a curve of categories", m.name);
  for (size_t i = 0; i < c.points.size(); ++i) {
    KENKO_CHECK(in_range(c.points[i].points_micros), "metric {}: {} points", m.name, c.points[i].points_micros);
    KENKO_CHECK(i == 0 || c.points[i - 1].x < c.points[i].x, "metric {}: x {} does not rise", m.name, c.points[i].x);
  }
  for (size_t i = 0; i < c.categories.size(); ++i) {
    KENKO_CHECK(in_range(c.categories[i].points_micros), "metric {}: {} points", m.name, c.categories[i].points_micros);
    KENKO_CHECK(i == 0 || c.categories[i - 1].value < c.categories[i].value, "metric {}: category {}", m.name,
                c.categories[i].value);
  }
  KENKO_CHECK(!c.other || in_range(*c.other), "metric {}: other {}", m.name, *c.other);
  KENKO_CHECK(in_range(m.missing.points_micros), "metric {}: missing {}", m.name, m.missing.points_micros);
}

void verify_metrics(const Plan& plan) {
  bool scored = false;
  std::vector<bool> used(plan.dimensions.size(), false);
  for (size_t i = 0; i < plan.metrics.size(); ++i) {
    const Metric& m = plan.metrics[i];
    KENKO_CHECK(i == 0 || plan.metrics[i - 1].name < m.name, "metric {} is out of order", m.name);
    KENKO_CHECK(m.node < plan.nodes.size(), "metric {}: node {}", m.name, m.node);
    verify_curve(m, plan.nodes[m.node].type);
    if (!m.dimension) continue;
    KENKO_CHECK(*m.dimension < plan.dimensions.size(), "metric {}: dimension {}", m.name, *m.dimension);
    KENKO_CHECK(m.weight.micros > 0 && m.curve.kind != Curve::Kind::none, "metric {} is scored without weight or curve",
                m.name);
    used[*m.dimension] = true;
    scored = true;
  }
  KENKO_CHECK(scored, "no metric of {} is scored", plan.model);
  for (size_t i = 0; i < plan.dimensions.size(); ++i) {
    const Dimension& d = plan.dimensions[i];
    KENKO_CHECK(used[i] && d.weight.micros > 0, "dimension {} has no metrics or weight", d.name);
    KENKO_CHECK(i == 0 || plan.dimensions[i - 1].name < d.name, "dimension {} is out of order", d.name);
  }
}

void verify_reachable(const Plan& plan) {
  std::vector<bool> reached(plan.nodes.size(), false);
  for (const Metric& m : plan.metrics) reached[m.node] = true;
  std::vector<bool> selected(plan.selectors.size(), false);
  for (size_t i = plan.nodes.size(); i-- > 0;) {
    KENKO_CHECK(reached[i], "node {} is read by nobody", i);
    for (const NodeId a : plan.nodes[i].args) reached[a] = true;
    if (plan.nodes[i].op == Op::aggregate) selected[plan.nodes[i].aggregate.selector] = true;
  }
  for (size_t i = 0; i < selected.size(); ++i) KENKO_CHECK(selected[i], "selector {} is read by nobody", i);
}

void verify_stages(const Plan& plan) {
  KENKO_CHECK(plan.stages.size() == 2 && plan.stages[0].kind == Stage::Kind::local &&
                  plan.stages[1].kind == Stage::Kind::account,
              "{} stages", plan.stages.size());
  const auto& nodes = plan.stages[0].nodes;
  KENKO_CHECK(nodes.size() == plan.nodes.size(), "{} of {} nodes are staged", nodes.size(), plan.nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) KENKO_CHECK(nodes[i] == i, "node {} is staged at {}", nodes[i], i);
}

void verify_bands(const Plan& plan) {
  KENKO_CHECK(plan.bands.size() >= 2 && plan.bands[0].from_hundredths == 0, "{} bands", plan.bands.size());
  for (size_t i = 1; i < plan.bands.size(); ++i) {
    KENKO_CHECK(
        plan.bands[i - 1].from_hundredths < plan.bands[i].from_hundredths && plan.bands[i].from_hundredths <= 10'000,
        "band {} from {}", plan.bands[i].name, plan.bands[i].from_hundredths);
  }
}

}  // namespace

void verify(const Plan& plan) {
  for (const Selector& s : plan.selectors) {
    KENKO_CHECK(!s.events.empty() && std::is_sorted(s.events.begin(), s.events.end()), "the events of a selector");
    if (s.filter) verify_filter(*s.filter);
  }
  for (NodeId i = 0; i < plan.nodes.size(); ++i) {
    verify_arguments(plan, i);
    verify_types(plan, i);
    if (plan.nodes[i].op == Op::aggregate) verify_aggregate(plan, i);
  }
  verify_metrics(plan);
  verify_reachable(plan);
  verify_stages(plan);
  verify_bands(plan);
  KENKO_CHECK(plan.min_coverage_micros >= 0 && plan.min_coverage_micros <= 1'000'000, "min_coverage {}",
              plan.min_coverage_micros);
  KENKO_CHECK(plan.too_new_days >= 1, "too_new {}", plan.too_new_days);
}

}  // namespace kenko::plan
