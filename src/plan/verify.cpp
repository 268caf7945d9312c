#include "plan/verify.h"

#include <algorithm>

#include "base/check.h"
#include "plan/print.h"
#include "plan/reads.h"

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
    case Op::term_months:
    case Op::days_into_term:
    case Op::days_to_renewal:
    case Op::tenure:
    case Op::days_until:
      least = most = 0;
      break;
    case Op::negate:
    case Op::not_:
    case Op::log1p:
    case Op::change:
    case Op::earlier:
    case Op::baseline:
    case Op::children:
    case Op::percentile:
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
      break;
    case Op::attribute:
      good = !n.text.empty();
      break;
    case Op::days_until:
      good = n.type == Type::number && !n.text.empty();
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
    case Op::earlier:
      good = all(n.type);
      break;
    case Op::children:
      good = n.type == Type::number && (n.fold == Fold::count || all(Type::number));
      break;
    default:
      good = n.type == Type::number && all(Type::number);
      break;
  }
  KENKO_CHECK(good, "node {} {} has the wrong types", id, name_of(n.op));
  const bool lagged = n.op == Op::change || n.op == Op::earlier || n.op == Op::baseline;
  KENKO_CHECK(lagged == (n.lag_days != 0) && n.lag_days >= 0, "node {}: lag of {} days", id, n.lag_days);
  if (n.op == Op::baseline)
    KENKO_CHECK(n.lag_days >= 28 && n.lag_days % 7 == 0, "node {}: baseline of {} days", id, n.lag_days);
}

bool in_the_whole_life(Function f) {
  switch (f) {
    case Function::days_since:
    case Function::decayed_count:
    case Function::decayed_sum:
    case Function::current:
    case Function::streak:
    case Function::open:
    case Function::open_age:
    case Function::missed:
    case Function::overdue_days:
    case Function::overdue_amount:
      return true;
    default:
      return false;
  }
}

bool wants_field(Function f) {
  switch (f) {
    case Function::sum:
    case Function::mean:
    case Function::min:
    case Function::max:
    case Function::decayed_sum:
    case Function::quantile:
    case Function::first:
    case Function::last:
    case Function::current:
      return true;
    default:
      return false;
  }
}

// What only some functions have.
void verify_special(const Plan& plan, NodeId id) {
  const Aggregate& a = plan.nodes[id].aggregate;
  const Function f = a.function;
  const bool pair = is_pair(f);
  KENKO_CHECK(pair ? a.second < plan.selectors.size() : a.second == 0, "node {}: second selector {}", id, a.second);
  KENKO_CHECK(pair == !a.by.empty(), "node {}: by `{}`", id, a.by);
  const bool due =
      f == Function::missed || f == Function::overdue_days || f == Function::overdue_amount || f == Function::days_late;
  KENKO_CHECK(due || a.due.empty(), "node {}: due `{}`", id, a.due);
  const bool share = f == Function::quantile && a.quantile.micros >= 0 && a.quantile <= Decimal::whole(1);
  KENKO_CHECK(share || a.quantile.micros == 0, "node {}: quantile {}", id, a.quantile.text());
  KENKO_CHECK((f == Function::users_with) == (a.at_least >= 1) && a.at_least >= 0, "node {}: at least {}", id,
              a.at_least);
  KENKO_CHECK((f == Function::streak) == (a.period_days >= 1) && a.period_days >= 0, "node {}: period {}", id,
              a.period_days);
  KENKO_CHECK((f == Function::contact_health) == !a.roles.empty(), "node {}: {} roles", id, a.roles.size());
  for (size_t i = 0; i < a.roles.size(); ++i) {
    KENKO_CHECK(a.roles[i].influence.micros >= 0 && (i == 0 || a.roles[i - 1].role < a.roles[i].role),
                "node {}: role {}", id, a.roles[i].role);
  }
}

void verify_aggregate(const Plan& plan, NodeId id) {
  const Aggregate& a = plan.nodes[id].aggregate;
  const Function f = a.function;
  KENKO_CHECK(a.selector < plan.selectors.size(), "node {}: selector {}", id, a.selector);
  KENKO_CHECK(a.min_observed_days >= 1, "node {}: min_observed {}", id, a.min_observed_days);
  const bool decayed = f == Function::decayed_count || f == Function::decayed_sum;
  KENKO_CHECK(a.window_days >= 0 && (!in_the_whole_life(f) || a.window_days == 0), "node {}: window of {} days", id,
              a.window_days);
  KENKO_CHECK(decayed == ((a.half_life_days.micros > 0) != !a.steps.empty()), "node {}: half-life and steps", id);
  int32_t previous = 0;
  for (const Step& s : a.steps) {
    KENKO_CHECK(s.until_age_days > previous && s.weight.micros >= 0, "node {}: step until {}", id, s.until_age_days);
    previous = s.until_age_days;
  }
  using Kind = Field::Kind;
  const bool good = f == Function::distinct ? a.field.kind == Kind::user || a.field.kind == Kind::property
                    : f == Function::slope
                        ? a.field.kind != Kind::user
                        : wants_field(f) == (a.field.kind != Kind::none) && a.field.kind != Kind::user;
  KENKO_CHECK(good, "node {}: field {}", id, static_cast<int>(a.field.kind));
  if (f == Function::slope)
    KENKO_CHECK(a.window_days >= 14 && a.window_days % 7 == 0, "node {}: slope over {} days", id, a.window_days);
  verify_special(plan, id);
}

void verify_filter(const Filter& f) {
  if (f.op == FilterOp::and_ || f.op == FilterOp::or_ || f.op == FilterOp::not_) {
    const bool good = f.op == FilterOp::not_ ? f.args.size() == 1 : f.args.size() >= 2;
    KENKO_CHECK(good, "a filter joins {} parts", f.args.size());
    for (const Filter& a : f.args) verify_filter(a);
    return;
  }
  KENKO_CHECK(f.args.empty() && !f.field.empty(), "comparison {}", to_text(f));
  KENKO_CHECK(!f.own || !f.of_user, "a field of the event and of its user: {}", to_text(f));
  if (f.op == FilterOp::is_empty) return;
  if (f.op == FilterOp::starts_with || f.op == FilterOp::ends_with || f.op == FilterOp::contains) {
    KENKO_CHECK(f.literal_type == Type::text, "part of no text: {}", to_text(f));
    return;
  }
  KENKO_CHECK(!f.own || (f.field == "value" && f.literal_type == Type::number) ||
                  (f.field == "currency" && f.literal_type == Type::text),
              "own field {}", f.field);
  const bool equality = f.op == FilterOp::equal || f.op == FilterOp::not_equal;
  KENKO_CHECK(equality || f.literal_type == Type::number, "order of texts: {}", to_text(f));
}

void verify_curve(const std::string& name, const Curve& c, Type type) {
  const auto in_range = [](int64_t points) { return points >= 0 && points <= kFullPoints; };
  using Kind = Curve::Kind;
  const bool numeric = c.kind == Kind::linear || c.kind == Kind::steps;
  KENKO_CHECK(numeric == !c.points.empty(), "metric {}: {} points", name, c.points.size());
  KENKO_CHECK((!numeric && c.kind != Kind::hill) || type == Type::number, "metric {}: a curve of numbers", name);
  KENKO_CHECK(c.kind != Kind::category || type != Type::number, "metric {}: a curve of categories", name);
  KENKO_CHECK(c.kind != Kind::each || type != Type::text, "metric {}: points for each text", name);
  for (size_t i = 0; i < c.points.size(); ++i) {
    KENKO_CHECK(in_range(c.points[i].points_micros), "metric {}: {} points", name, c.points[i].points_micros);
    KENKO_CHECK(i == 0 || c.points[i - 1].x < c.points[i].x, "metric {}: x {} does not rise", name, c.points[i].x);
  }
  for (size_t i = 0; i < c.categories.size(); ++i) {
    KENKO_CHECK(in_range(c.categories[i].points_micros), "metric {}: {} points", name, c.categories[i].points_micros);
    KENKO_CHECK(i == 0 || c.categories[i - 1].value < c.categories[i].value, "metric {}: category {}", name,
                c.categories[i].value);
  }
  KENKO_CHECK(!c.other || in_range(*c.other), "metric {}: other {}", name, *c.other);
  KENKO_CHECK((!c.open_below && !c.open_above) || (c.kind == Kind::linear && c.points.size() >= 2),
              "metric {}: open ends", name);
  KENKO_CHECK((c.kind == Kind::hill) == (c.half > 0), "metric {}: half at {}", name, c.half);
  KENKO_CHECK(c.kind == Kind::hill ? c.power >= 1 && c.power <= 8 : c.power == 1, "metric {}: power {}", name, c.power);
  KENKO_CHECK((c.kind == Kind::each) == (c.each_micros != 0), "metric {}: each {}", name, c.each_micros);
  KENKO_CHECK(c.kind == Kind::each ? c.at_most_micros > 0 && c.at_most_micros <= kFullPoints : c.at_most_micros == 0,
              "metric {}: at most {}", name, c.at_most_micros);
}

void verify_scored(const Plan& plan, const Metric& m) {
  KENKO_CHECK(*m.dimension < plan.dimensions.size(), "metric {}: dimension {}", m.name, *m.dimension);
  KENKO_CHECK(m.weight.micros > 0 && m.curve.kind != Curve::Kind::none, "metric {} is scored without weight or curve",
              m.name);
  const bool adds = plan.dimensions[*m.dimension].rollup == Rollup::points;
  KENKO_CHECK(adds == (m.curve.kind == Curve::Kind::each), "metric {}: its dimension and its curve", m.name);
}

void verify_metrics(const Plan& plan) {
  bool scored = false;
  for (size_t i = 0; i < plan.metrics.size(); ++i) {
    const Metric& m = plan.metrics[i];
    KENKO_CHECK(i == 0 || plan.metrics[i - 1].name < m.name, "metric {} is out of order", m.name);
    KENKO_CHECK(m.node < plan.nodes.size() && m.points_node < plan.nodes.size(), "metric {}: nodes {} and {}", m.name,
                m.node, m.points_node);
    verify_curve(m.name, m.curve, plan.nodes[m.points_node].type);
    KENKO_CHECK(m.missing.points_micros >= 0 && m.missing.points_micros <= kFullPoints, "metric {}: missing {}", m.name,
                m.missing.points_micros);
    KENKO_CHECK((m.missing.kind == Missing::Kind::hold) == (m.missing.hold_days >= 1), "metric {}: hold {} days",
                m.name, m.missing.hold_days);
    if (m.dimension) verify_scored(plan, m);
    scored = scored || m.dimension;
  }
  KENKO_CHECK(scored, "no metric of {} is scored", plan.model);
}

void verify_dimensions(const Plan& plan) {
  std::vector<bool> used(plan.dimensions.size(), false);
  for (const Metric& m : plan.metrics) {
    if (m.dimension) used[*m.dimension] = true;
  }
  for (const Dimension& d : plan.dimensions) {
    if (!d.parent) continue;
    KENKO_CHECK(*d.parent < plan.dimensions.size(), "dimension {}: parent {}", d.name, *d.parent);
    used[*d.parent] = true;
  }
  for (size_t i = 0; i < plan.dimensions.size(); ++i) {
    const Dimension& d = plan.dimensions[i];
    KENKO_CHECK(used[i] && d.weight.micros > 0, "dimension {} has no metrics or weight", d.name);
    KENKO_CHECK(i == 0 || plan.dimensions[i - 1].name < d.name, "dimension {} is out of order", d.name);
    const bool starts = d.rollup == Rollup::points && d.start_micros >= 0 && d.start_micros <= kFullPoints;
    KENKO_CHECK(starts || d.start_micros == 0, "dimension {} starts at {}", d.name, d.start_micros);
    size_t steps = 0;
    for (std::optional<uint32_t> up = d.parent; up; up = plan.dimensions[*up].parent)
      KENKO_CHECK(++steps <= plan.dimensions.size(), "dimension {} is nested in itself", d.name);
  }
  KENKO_CHECK(plan.rollup != Rollup::points, "the dimensions of {} add points", plan.model);
}

// What `reached` reaches below itself.
void spread(const Plan& plan, std::vector<bool>& reached) {
  for (size_t i = plan.nodes.size(); i-- > 0;) {
    if (!reached[i]) continue;
    for (const NodeId a : plan.nodes[i].args) reached[a] = true;
  }
}

void reach_condition(const Plan& plan, std::vector<bool>& reached, NodeId id, std::string_view what) {
  KENKO_CHECK(id < plan.nodes.size() && plan.nodes[id].type == Type::flag, "{}: condition {}", what, id);
  reached[id] = true;
}

void verify_reachable(const Plan& plan) {
  std::vector<bool> reached(plan.nodes.size(), false);
  for (const auto* list : {&plan.segments, &plan.life_stages}) {
    for (const Segment& s : *list) reach_condition(plan, reached, s.when, s.name);
  }
  if (plan.accounts.when) reach_condition(plan, reached, *plan.accounts.when, "accounts");
  spread(plan, reached);
  for (size_t i = 0; i < plan.nodes.size(); ++i)
    KENKO_CHECK(!reached[i] || plan.nodes[i].op != Op::percentile, "a segment rests on the percentile {}", i);
  for (const Metric& m : plan.metrics) reached[m.node] = reached[m.points_node] = true;
  for (const Trigger& t : plan.triggers) {
    reach_condition(plan, reached, t.when, t.name);
    if (t.until) reach_condition(plan, reached, *t.until, t.name);
  }
  for (const Outcome& o : plan.outcomes) {
    if (o.events) reached[*o.events] = true;
    if (o.among) reach_condition(plan, reached, *o.among, o.name);
  }
  for (const Watched& w : plan.watched) reach_condition(plan, reached, w.when, w.name);
  spread(plan, reached);
  std::vector<bool> selected(plan.selectors.size(), false);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    KENKO_CHECK(reached[i], "node {} is read by nobody", i);
    if (plan.nodes[i].op != Op::aggregate) continue;
    const Aggregate& a = plan.nodes[i].aggregate;
    selected[a.selector] = true;
    if (is_pair(a.function)) selected[a.second] = true;
  }
  for (size_t i = 0; i < selected.size(); ++i) KENKO_CHECK(selected[i], "selector {} is read by nobody", i);
}

void verify_outcomes(const Plan& plan) {
  for (size_t i = 0; i < plan.outcomes.size(); ++i) {
    const Outcome& o = plan.outcomes[i];
    const bool contract = o.kind == Outcome::Kind::contract;
    KENKO_CHECK(o.events.has_value() != contract, "outcome {}: events", o.name);
    KENKO_CHECK(!o.events || (*o.events < plan.nodes.size() && plan.nodes[*o.events].op == Op::aggregate &&
                              plan.nodes[*o.events].aggregate.function == Function::count),
                "outcome {}: node {}", o.name, *o.events);
    KENKO_CHECK(!o.among || *o.among < plan.nodes.size(), "outcome {}: among node {}", o.name, *o.among);
    KENKO_CHECK(o.horizon_days >= 1 && o.gap_days >= 0, "outcome {}: within {} after {} days", o.name, o.horizon_days,
                o.gap_days);
    KENKO_CHECK((o.renewed_within_days > 0) == contract, "outcome {}: renewed within {} days", o.name,
                o.renewed_within_days);
    for (size_t j = 0; j < i; ++j) KENKO_CHECK(plan.outcomes[j].name != o.name, "two outcomes {}", o.name);
  }
  const std::vector<bool> last = not_for_scores(plan);
  KENKO_CHECK(std::is_sorted(last.begin(), last.end()), "nodes of outcomes stand before those of scores");
}

void verify_stages(const Plan& plan) {
  KENKO_CHECK(plan.stages.size() >= 2 && plan.stages.front().kind == Stage::Kind::local &&
                  plan.stages.back().kind == Stage::Kind::account && plan.stages.back().nodes.empty(),
              "{} stages", plan.stages.size());
  constexpr size_t kNever = SIZE_MAX;
  std::vector<size_t> stage_of(plan.nodes.size(), kNever);
  size_t staged = 0;
  for (size_t s = 0; s < plan.stages.size(); ++s) {
    const Stage& stage = plan.stages[s];
    KENKO_CHECK(s == 0 || s + 1 == plan.stages.size() || (stage.kind == Stage::Kind::peers && !stage.nodes.empty()),
                "stage {}", s);
    for (size_t i = 0; i < stage.nodes.size(); ++i) {
      const NodeId id = stage.nodes[i];
      KENKO_CHECK(id < plan.nodes.size() && stage_of[id] == kNever && (i == 0 || stage.nodes[i - 1] < id),
                  "node {} is staged at {}", id, i);
      stage_of[id] = s;
      ++staged;
    }
  }
  KENKO_CHECK(staged == plan.nodes.size(), "{} of {} nodes are staged", staged, plan.nodes.size());
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    const bool peers = plan.nodes[id].op == Op::children || plan.nodes[id].op == Op::percentile;
    KENKO_CHECK(!peers || stage_of[id] > 0, "node {} looks at other accounts in the first stage", id);
    for (const NodeId a : plan.nodes[id].args)
      KENKO_CHECK(stage_of[a] + (peers ? 1 : 0) <= stage_of[id], "node {} is computed before node {}", id, a);
  }
}

void verify_bands(const std::vector<Band>& bands) {
  KENKO_CHECK(bands.size() >= 2 && bands[0].from_hundredths == 0, "{} bands", bands.size());
  const bool quantiles = bands[0].quantile_micros.has_value();
  KENKO_CHECK(!quantiles || *bands[0].quantile_micros == 0, "the first band is from quantile {}",
              *bands[0].quantile_micros);
  for (size_t i = 1; i < bands.size(); ++i) {
    const Band& b = bands[i];
    KENKO_CHECK(b.quantile_micros.has_value() == quantiles, "band {}: from or quantile", b.name);
    if (quantiles) {
      KENKO_CHECK(*bands[i - 1].quantile_micros < *b.quantile_micros && *b.quantile_micros <= 1'000'000,
                  "band {} from quantile {}", b.name, *b.quantile_micros);
    } else {
      KENKO_CHECK(bands[i - 1].from_hundredths < b.from_hundredths && b.from_hundredths <= 10'000, "band {} from {}",
                  b.name, b.from_hundredths);
    }
  }
}

void verify_trigger(const Trigger& t) {
  KENKO_CHECK(t.points_hundredths >= -10'000 && t.points_hundredths <= 10'000, "trigger {}: points {}", t.name,
              t.points_hundredths);
  KENKO_CHECK(!t.cap_hundredths || (*t.cap_hundredths >= 0 && *t.cap_hundredths <= 10'000), "trigger {}: cap {}",
              t.name, *t.cap_hundredths);
  KENKO_CHECK(t.for_days >= 1 && (!t.until || t.for_days == 1), "trigger {}: for {} days", t.name, t.for_days);
  KENKO_CHECK(t.stack >= 1 && (t.stack == 1 || !t.until), "trigger {}: stack {}", t.name, t.stack);
}

// Positions ascend and are within a list.
template <typename T>
void verify_positions(const std::vector<std::pair<uint32_t, T>>& list, size_t size, std::string_view what) {
  for (size_t i = 0; i < list.size(); ++i) {
    KENKO_CHECK(list[i].first < size && (i == 0 || list[i - 1].first < list[i].first), "{}: position {}", what,
                list[i].first);
  }
}

void verify_changes(const Plan& plan, const Segment& s) {
  const Changes& c = s.changes;
  verify_positions(c.dimension_weights, plan.dimensions.size(), s.name);
  verify_positions(c.metric_weights, plan.metrics.size(), s.name);
  verify_positions(c.curves, plan.metrics.size(), s.name);
  verify_positions(c.triggers, plan.triggers.size(), s.name);
  for (const auto& [place, weight] : c.dimension_weights)
    KENKO_CHECK(weight.micros >= 0, "{}: weight {}", s.name, weight.text());
  for (const auto& [place, weight] : c.metric_weights)
    KENKO_CHECK(weight.micros >= 0 && plan.metrics[place].dimension, "{}: weight {}", s.name, weight.text());
  for (const auto& [place, curve] : c.curves) {
    const Metric& m = plan.metrics[place];
    KENKO_CHECK(m.dimension && curve.kind != Curve::Kind::none &&
                    (curve.kind == Curve::Kind::each) == (m.curve.kind == Curve::Kind::each),
                "{}: curve of {}", s.name, m.name);
    verify_curve(m.name, curve, plan.nodes[m.points_node].type);
  }
  if (!c.bands.empty()) verify_bands(c.bands);
  for (const auto& [place, t] : c.triggers) {
    Trigger changed = plan.triggers[place];
    changed.points_hundredths = t.points_hundredths.value_or(changed.points_hundredths);
    if (t.cap_hundredths) changed.cap_hundredths = t.cap_hundredths;
    verify_trigger(changed);
  }
  for (size_t i = 0; i < c.triggers_off.size(); ++i) {
    const uint32_t place = c.triggers_off[i];
    KENKO_CHECK(place < plan.triggers.size() && (i == 0 || c.triggers_off[i - 1] < place), "{}: trigger {} off", s.name,
                place);
    const bool changed =
        std::any_of(c.triggers.begin(), c.triggers.end(), [&](const auto& t) { return t.first == place; });
    KENKO_CHECK(!changed, "{}: trigger {} is changed and off", s.name, place);
  }
}

void verify_rules(const Plan& plan) {
  for (size_t i = 0; i < plan.triggers.size(); ++i) {
    KENKO_CHECK(i == 0 || plan.triggers[i - 1].name < plan.triggers[i].name, "trigger {} is out of order",
                plan.triggers[i].name);
    verify_trigger(plan.triggers[i]);
  }
  for (const auto* list : {&plan.segments, &plan.life_stages}) {
    for (const Segment& s : *list) {
      KENKO_CHECK(!s.from || !s.until || *s.from <= *s.until, "segment {} ends before it begins", s.name);
      verify_changes(plan, s);
    }
  }
  const Hierarchy& h = plan.hierarchy;
  for (const Decimal w : {h.own, h.worst, h.mean, h.value_weighted, h.poor_by_count, h.poor_by_value})
    KENKO_CHECK(w.micros >= 0, "hierarchy: weight {}", w.text());
  KENKO_CHECK(h.own.micros > 0 || h.uses_children(), "every weight of the hierarchy is 0");
  KENKO_CHECK(h.poor_below_hundredths >= 0 && h.poor_below_hundredths <= 10'000, "poor below {}",
              h.poor_below_hundredths);
  const Accounts& a = plan.accounts;
  KENKO_CHECK(a.trial || a.onboarding || a.active || a.notice, "no status of {} is scored", plan.model);
  for (const Input& in : plan.inputs)
    KENKO_CHECK(in.every_days >= 1 && !in.event.empty(), "input {}: every {} days", in.name, in.every_days);
}

}  // namespace

void verify(const Plan& plan) {
  for (const Selector& s : plan.selectors) {
    KENKO_CHECK(!s.events.empty() &&
                    std::adjacent_find(s.events.begin(), s.events.end(),
                                       [](const auto& a, const auto& b) { return !(a < b); }) == s.events.end(),
                "the events of a selector");
    if (s.filter) verify_filter(*s.filter);
  }
  for (NodeId i = 0; i < plan.nodes.size(); ++i) {
    verify_arguments(plan, i);
    verify_types(plan, i);
    if (plan.nodes[i].op == Op::aggregate) {
      KENKO_CHECK(plan.nodes[i].type == Type::number, "node {} has the wrong types", i);
      verify_aggregate(plan, i);
    }
  }
  verify_metrics(plan);
  verify_dimensions(plan);
  verify_rules(plan);
  verify_outcomes(plan);
  verify_reachable(plan);
  verify_stages(plan);
  verify_bands(plan.bands);
  KENKO_CHECK(plan.min_coverage_micros >= 0 && plan.min_coverage_micros <= 1'000'000, "min_coverage {}",
              plan.min_coverage_micros);
  KENKO_CHECK(plan.too_new_days >= 1, "too_new {}", plan.too_new_days);
  KENKO_CHECK(plan.band_margin_hundredths >= 0 && plan.band_margin_hundredths <= 10'000, "band margin {}",
              plan.band_margin_hundredths);
  KENKO_CHECK(plan.band_dwell_days >= 1, "band dwell {}", plan.band_dwell_days);
}

}  // namespace kenko::plan
