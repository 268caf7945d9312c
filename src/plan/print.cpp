#include "plan/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"

namespace kenko::plan {
namespace {

std::string_view sign_of(FilterOp op) {
  static constexpr std::string_view kSigns[] = {"=",         "!=",       "<",        "<=",  ">",  ">=", "starts_with",
                                                "ends_with", "contains", "is_empty", "and", "or", "not"};
  static_assert(std::size(kSigns) == static_cast<size_t>(FilterOp::not_) + 1);
  return kSigns[static_cast<size_t>(op)];
}

std::string_view name_of(Type type) { return type == Type::number ? "number" : type == Type::flag ? "flag" : "text"; }

std::string_view name_of(Fold fold) {
  static constexpr std::string_view kNames[] = {"sum", "mean", "min", "max", "count"};
  return kNames[static_cast<size_t>(fold)];
}

std::string points_text(int64_t micros) { return Decimal{micros}.text(); }

std::string aggregate_text(const Aggregate& a) {
  std::string out = fmt::format("{} s{}", name_of(a.function), a.selector);
  if (is_pair(a.function)) out += fmt::format(" s{} by=`{}`", a.second, a.by);
  if (!a.due.empty()) out += fmt::format(" due=`{}`", a.due);
  if (a.window_days > 0) out += fmt::format(" window={}d", a.window_days);
  if (a.field.kind == Field::Kind::value) out += " field=value";
  if (a.field.kind == Field::Kind::user) out += " field=user";
  if (a.field.kind == Field::Kind::property) out += fmt::format(" field=`{}`", a.field.property);
  if (a.half_life_days.micros > 0) out += fmt::format(" half_life={}d", a.half_life_days.text());
  for (const Step& s : a.steps) out += fmt::format(" <{}d:{}", s.until_age_days, s.weight.text());
  if (a.function == Function::quantile) out += fmt::format(" q={}", a.quantile.text());
  if (a.at_least > 0) out += fmt::format(" at_least={}{}", a.at_least, a.of_days ? "d" : "");
  if (a.period_days > 0) out += fmt::format(" period={}d", a.period_days);
  for (const Role& r : a.roles) out += fmt::format(" `{}`:{}", r.role, r.influence.text());
  return out + fmt::format(" min_observed={}d", a.min_observed_days);
}

std::string node_text(const Node& n) {
  std::string out;
  if (n.op == Op::literal) {
    out = n.type == Type::number ? fmt::format("{}", n.number)
          : n.type == Type::flag ? fmt::format("{}", n.flag)
                                 : fmt::format("\"{}\"", n.text);
  } else if (n.op == Op::aggregate) {
    out = aggregate_text(n.aggregate);
  } else if (n.op == Op::attribute) {
    out = fmt::format("attribute `{}`", n.text);
  } else {
    out = name_of(n.op);
    for (const NodeId a : n.args) out += fmt::format(" n{}", a);
    if (!n.text.empty()) out += fmt::format(" `{}`", n.text);
    if (n.op == Op::children) out += fmt::format(" {}", name_of(n.fold));
    if (n.lag_days > 0) out += fmt::format(" lag={}d", n.lag_days);
  }
  return fmt::format("{}: {}", out, name_of(n.type));
}

std::string curve_text(const Curve& c) {
  std::string out;
  if (c.kind == Curve::Kind::linear) out = " linear";
  if (c.kind == Curve::Kind::steps) out = " steps";
  if (c.kind == Curve::Kind::category) out = " category";
  if (c.kind == Curve::Kind::hill) out = fmt::format(" hill half={} power={}", c.half, c.power);
  if (c.kind == Curve::Kind::each)
    out = fmt::format(" each {} at_most {}", points_text(c.each_micros), points_text(c.at_most_micros));
  if (c.open_below) out += " open_below";
  if (c.open_above) out += " open_above";
  for (const auto& p : c.points) out += fmt::format(" {}:{}", p.x, points_text(p.points_micros));
  for (const auto& k : c.categories) out += fmt::format(" `{}`:{}", k.value, points_text(k.points_micros));
  if (c.other) out += fmt::format(" other:{}", points_text(*c.other));
  return out;
}

std::string metric_text(const Plan& plan, const Metric& m) {
  std::string out = fmt::format("metric {} = n{}", m.name, m.node);
  if (m.dimension) out += fmt::format(" in {} weight {}", plan.dimensions[*m.dimension].name, m.weight.text());
  out += curve_text(m.curve);
  if (m.points_node != m.node) out += fmt::format(" of n{}", m.points_node);
  if (m.missing.kind == Missing::Kind::hold) out += fmt::format(" missing hold {}d", m.missing.hold_days);
  if (m.missing.kind == Missing::Kind::zero) out += " missing zero";
  if (m.missing.kind == Missing::Kind::score) out += fmt::format(" missing {}", points_text(m.missing.points_micros));
  if (m.ours) out += " ours";
  return out + "\n";
}

std::string_view name_of(Rollup rollup) {
  static constexpr std::string_view kNames[] = {"mean", "min", "max", "points"};
  return kNames[static_cast<size_t>(rollup)];
}

std::string hundredths_text(int32_t hundredths) { return Decimal{hundredths * int64_t{10'000}}.text(); }

std::string dimension_text(const Plan& plan, const Dimension& d) {
  std::string out = fmt::format("dimension {} weight {}", d.name, d.weight.text());
  if (d.parent) out += fmt::format(" in {}", plan.dimensions[*d.parent].name);
  if (d.rollup != Rollup::mean) out += fmt::format(" rollup {}", name_of(d.rollup));
  if (d.rollup == Rollup::points) out += fmt::format(" start {}", points_text(d.start_micros));
  return out + "\n";
}

std::string bands_text(const std::vector<Band>& bands, std::string_view indent) {
  std::string out;
  for (const Band& b : bands) {
    out += b.quantile_micros
               ? fmt::format("{}band {} from quantile {}\n", indent, b.name, Decimal{*b.quantile_micros}.text())
               : fmt::format("{}band {} from {}\n", indent, b.name, hundredths_text(b.from_hundredths));
  }
  return out;
}

std::string trigger_text(const Trigger& t) {
  std::string out = fmt::format("trigger {} when n{}", t.name, t.when);
  if (t.until) out += fmt::format(" until n{}", *t.until);
  if (!t.until) out += fmt::format(" for {}d", t.for_days);
  if (t.points_hundredths != 0) out += fmt::format(" points {}", hundredths_text(t.points_hundredths));
  if (t.cap_hundredths) out += fmt::format(" cap {}", hundredths_text(*t.cap_hundredths));
  if (t.stack > 1) out += fmt::format(" stack {}", t.stack);
  return out + (t.once ? " once\n" : "\n");
}

std::string segment_text(const Plan& plan, const Segment& s) {
  std::string out = fmt::format("{} when n{}", s.name, s.when);
  if (s.from) out += fmt::format(" from {}", s.from->iso());
  if (s.until) out += fmt::format(" until {}", s.until->iso());
  out += "\n";
  const Changes& c = s.changes;
  for (const auto& [i, w] : c.dimension_weights)
    out += fmt::format("  dimension {} weight {}\n", plan.dimensions[i].name, w.text());
  for (const auto& [i, w] : c.metric_weights)
    out += fmt::format("  metric {} weight {}\n", plan.metrics[i].name, w.text());
  for (const auto& [i, curve] : c.curves)
    out += fmt::format("  metric {}{}\n", plan.metrics[i].name, curve_text(curve));
  for (const auto& [i, t] : c.triggers) {
    out += fmt::format("  trigger {}", plan.triggers[i].name);
    if (t.points_hundredths) out += fmt::format(" points {}", hundredths_text(*t.points_hundredths));
    if (t.cap_hundredths) out += fmt::format(" cap {}", hundredths_text(*t.cap_hundredths));
    out += "\n";
  }
  for (const uint32_t i : c.triggers_off) out += fmt::format("  trigger {} off\n", plan.triggers[i].name);
  return out + bands_text(c.bands, "  ");
}

std::string hierarchy_text(const Hierarchy& h) {
  if (!h.uses_children()) return "";
  return fmt::format(
      "hierarchy own {} worst {} mean {} value_weighted {} poor_by_count {} poor_by_value {} poor_below {}\n",
      h.own.text(), h.worst.text(), h.mean.text(), h.value_weighted.text(), h.poor_by_count.text(),
      h.poor_by_value.text(), hundredths_text(h.poor_below_hundredths));
}

// Empty where only the usual statuses are scored.
std::string accounts_text(const Accounts& a) {
  const Accounts usual;
  if (a.trial == usual.trial && a.onboarding == usual.onboarding && a.active == usual.active &&
      a.notice == usual.notice && !a.when)
    return "";
  return fmt::format("accounts{}{}{}{}{}\n", a.trial ? " trial" : "", a.onboarding ? " onboarding" : "",
                     a.active ? " active" : "", a.notice ? " notice" : "",
                     a.when ? fmt::format(" when n{}", *a.when) : "");
}

std::string outcome_text(const Outcome& o) {
  static constexpr std::string_view kKinds[] = {"event", "absence", "not_renewed"};
  std::string out = fmt::format("outcome {} = {}", o.name, kKinds[static_cast<size_t>(o.kind)]);
  if (o.events) out += fmt::format(" n{}", *o.events);
  out += fmt::format(" within {}d gap {}d", o.horizon_days, o.gap_days);
  if (o.renewed_within_days > 0) out += fmt::format(" renewed_within {}d", o.renewed_within_days);
  if (o.among) out += fmt::format(" among n{}", *o.among);
  return out + "\n";
}

}  // namespace

std::string_view name_of(Op op) {
  static constexpr std::string_view kNames[] = {
      "literal",         "aggregate", "attribute",  "seats",     "arr",      "term_months", "days_into_term",
      "days_to_renewal", "tenure",    "days_until", "negate",    "not",      "add",         "subtract",
      "multiply",        "divide",    "equal",      "not_equal", "less",     "less_equal",  "greater",
      "greater_equal",   "and",       "or",         "if",        "coalesce", "min",         "max",
      "clamp",           "log1p",     "change",     "earlier",   "baseline", "children",    "percentile"};
  static_assert(std::size(kNames) == static_cast<size_t>(Op::percentile) + 1);
  return kNames[static_cast<size_t>(op)];
}

std::string_view name_of(Function function) {
  static constexpr std::string_view kNames[] = {"count",         "sum",          "mean",           "min",
                                                "max",           "distinct",     "active_days",    "days_since",
                                                "decayed_count", "decayed_sum",  "slope",          "quantile",
                                                "first",         "last",         "current",        "users_with",
                                                "streak",        "longest_gap",  "open",           "open_age",
                                                "missed",        "overdue_days", "overdue_amount", "days_late",
                                                "completion",    "time_between", "contact_health"};
  static_assert(std::size(kNames) == static_cast<size_t>(Function::contact_health) + 1);
  return kNames[static_cast<size_t>(function)];
}

std::string to_text(const Filter& f) {
  if (f.op == FilterOp::not_) return fmt::format("not ({})", f.args.empty() ? "" : to_text(f.args[0]));
  if (f.op == FilterOp::and_ || f.op == FilterOp::or_) {
    std::string out;
    for (const Filter& a : f.args)
      out += fmt::format("{}({})", out.empty() ? "" : fmt::format(" {} ", sign_of(f.op)), to_text(a));
    return out;
  }
  const std::string field = f.own ? f.field : fmt::format("{}`{}`", f.of_user ? "user." : "", f.field);
  if (f.op == FilterOp::is_empty) return fmt::format("{} is_empty", field);
  const std::string literal = f.literal_type == Type::number ? f.number.text()
                              : f.literal_type == Type::flag ? fmt::format("{}", f.flag)
                                                             : fmt::format("\"{}\"", f.text);
  return fmt::format("{} {} {}", field, sign_of(f.op), literal);
}

std::string to_text(const Plan& plan) {
  std::string out = fmt::format("model {} min_coverage {} too_new {}d\n", plan.model,
                                Decimal{plan.min_coverage_micros}.text(), plan.too_new_days);
  for (size_t i = 0; i < plan.selectors.size(); ++i) {
    const Selector& s = plan.selectors[i];
    out += fmt::format("s{} = {}{}\n", i, fmt::join(s.events, "|"),
                       s.filter ? fmt::format("{{{}}}", to_text(*s.filter)) : "");
  }
  for (size_t i = 0; i < plan.nodes.size(); ++i) out += fmt::format("n{} = {}\n", i, node_text(plan.nodes[i]));
  for (const Stage& s : plan.stages) {
    if (s.kind == Stage::Kind::peers) out += fmt::format("peers n{}\n", fmt::join(s.nodes, " n"));
  }
  for (const Dimension& d : plan.dimensions) out += dimension_text(plan, d);
  if (plan.rollup != Rollup::mean) out += fmt::format("rollup {}\n", name_of(plan.rollup));
  for (const Metric& m : plan.metrics) out += metric_text(plan, m);
  for (const Trigger& t : plan.triggers) out += trigger_text(t);
  for (const Segment& s : plan.segments) out += "segment " + segment_text(plan, s);
  for (const Segment& s : plan.life_stages) out += "stage " + segment_text(plan, s);
  out += hierarchy_text(plan.hierarchy) + accounts_text(plan.accounts) + bands_text(plan.bands, "");
  if (plan.band_margin_hundredths > 0 || plan.band_dwell_days > 1)
    out += fmt::format("margin {} dwell {}d\n", hundredths_text(plan.band_margin_hundredths), plan.band_dwell_days);
  if (plan.quantiles_within_segment) out += "quantiles within segment\n";
  for (const Outcome& o : plan.outcomes) out += outcome_text(o);
  for (const Watched& w : plan.watched) out += fmt::format("watched {} = n{}\n", w.name, w.when);
  for (const Input& i : plan.inputs) out += fmt::format("input {} = {} every {}d\n", i.name, i.event, i.every_days);
  return out;
}

}  // namespace kenko::plan
