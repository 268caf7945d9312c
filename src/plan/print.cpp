#include "plan/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"

namespace kenko::plan {
namespace {

std::string_view sign_of(FilterOp op) {
  static constexpr std::string_view kSigns[] = {"=", "!=", "<", "<=", ">", ">=", "and", "or", "not"};
  return kSigns[static_cast<size_t>(op)];
}

std::string_view name_of(Type type) { return type == Type::number ? "number" : type == Type::flag ? "flag" : "text"; }

std::string points_text(int64_t micros) { return Decimal{micros}.text(); }

std::string aggregate_text(const Aggregate& a) {
  std::string out = fmt::format("{} s{}", name_of(a.function), a.selector);
  if (a.window_days > 0) out += fmt::format(" window={}d", a.window_days);
  if (a.field.kind == Field::Kind::value) out += " field=value";
  if (a.field.kind == Field::Kind::user) out += " field=user";
  if (a.field.kind == Field::Kind::property) out += fmt::format(" field=`{}`", a.field.property);
  if (a.half_life_days.micros > 0) out += fmt::format(" half_life={}d", a.half_life_days.text());
  for (const Step& s : a.steps) out += fmt::format(" <{}d:{}", s.until_age_days, s.weight.text());
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
    if (n.op == Op::change) out += fmt::format(" lag={}d", n.lag_days);
  }
  return fmt::format("{}: {}", out, name_of(n.type));
}

std::string curve_text(const Curve& c) {
  std::string out;
  if (c.kind == Curve::Kind::linear) out = " linear";
  if (c.kind == Curve::Kind::steps) out = " steps";
  if (c.kind == Curve::Kind::category) out = " category";
  for (const auto& p : c.points) out += fmt::format(" {}:{}", p.x, points_text(p.points_micros));
  for (const auto& k : c.categories) out += fmt::format(" `{}`:{}", k.value, points_text(k.points_micros));
  if (c.other) out += fmt::format(" other:{}", points_text(*c.other));
  return out;
}

std::string metric_text(const Plan& plan, const Metric& m) {
  std::string out = fmt::format("metric {} = n{}", m.name, m.node);
  if (m.dimension) out += fmt::format(" in {} weight {}", plan.dimensions[*m.dimension].name, m.weight.text());
  out += curve_text(m.curve);
  if (m.missing.kind == Missing::Kind::zero) out += " missing zero";
  if (m.missing.kind == Missing::Kind::score) out += fmt::format(" missing {}", points_text(m.missing.points_micros));
  if (m.ours) out += " ours";
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
  const std::string literal = f.literal_type == Type::number ? f.number.text()
                              : f.literal_type == Type::flag ? fmt::format("{}", f.flag)
                                                             : fmt::format("\"{}\"", f.text);
  return fmt::format("{} {} {}", f.own ? f.field : fmt::format("`{}`", f.field), sign_of(f.op), literal);
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
  for (const Dimension& d : plan.dimensions) out += fmt::format("dimension {} weight {}\n", d.name, d.weight.text());
  for (const Metric& m : plan.metrics) out += metric_text(plan, m);
  for (const Band& b : plan.bands)
    out += fmt::format("band {} from {}\n", b.name, Decimal{b.from_hundredths * int64_t{10'000}}.text());
  return out;
}

}  // namespace kenko::plan
