#include "plan/lower_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "model/check_expression.h"
#include "plan/print.h"

namespace kenko::plan {
namespace {

using language::Expression;
using language::Operator;
using vocabulary::FunctionId;

constexpr int32_t kDefaultMinObservedDays = 28;  // of aggregates without a window
constexpr int32_t kPartialMinObservedDays = 14;  // the most under `young: partial`
constexpr int32_t kYearOfWeeksDays = 364;        // the same weekday a year before

Op op_of(Operator op) {
  switch (op) {
    case Operator::negate:
      return Op::negate;
    case Operator::not_:
      return Op::not_;
    case Operator::add:
      return Op::add;
    case Operator::subtract:
      return Op::subtract;
    case Operator::multiply:
      return Op::multiply;
    case Operator::divide:
      return Op::divide;
    case Operator::equal:
      return Op::equal;
    case Operator::not_equal:
      return Op::not_equal;
    case Operator::less:
      return Op::less;
    case Operator::less_equal:
      return Op::less_equal;
    case Operator::greater:
      return Op::greater;
    case Operator::greater_equal:
      return Op::greater_equal;
    case Operator::and_:
      return Op::and_;
    case Operator::or_:
      return Op::or_;
  }
  return Op::negate;
}

Function function_of(FunctionId id) {
  switch (id) {
    case FunctionId::count:
      return Function::count;
    case FunctionId::sum:
      return Function::sum;
    case FunctionId::mean:
      return Function::mean;
    case FunctionId::min_of_events:
      return Function::min;
    case FunctionId::max_of_events:
      return Function::max;
    case FunctionId::distinct:
      return Function::distinct;
    case FunctionId::active_days:
      return Function::active_days;
    case FunctionId::days_since:
      return Function::days_since;
    case FunctionId::decayed_count:
      return Function::decayed_count;
    case FunctionId::decayed_sum:
      return Function::decayed_sum;
    case FunctionId::slope:
      return Function::slope;
    case FunctionId::median:
    case FunctionId::quantile:
      return Function::quantile;
    case FunctionId::first:
      return Function::first;
    case FunctionId::last:
      return Function::last;
    case FunctionId::current:
      return Function::current;
    case FunctionId::users_with:
      return Function::users_with;
    case FunctionId::streak:
      return Function::streak;
    case FunctionId::longest_gap:
      return Function::longest_gap;
    case FunctionId::open:
      return Function::open;
    case FunctionId::open_age:
      return Function::open_age;
    case FunctionId::missed:
      return Function::missed;
    case FunctionId::overdue_days:
      return Function::overdue_days;
    case FunctionId::overdue_amount:
      return Function::overdue_amount;
    case FunctionId::days_late:
      return Function::days_late;
    case FunctionId::completion:
      return Function::completion;
    case FunctionId::time_between:
      return Function::time_between;
    case FunctionId::contact_health:
      return Function::contact_health;
    default:
      break;
  }
  KENKO_CHECK(false, "function {} is no aggregate", static_cast<int>(id));
  return Function::count;
}

Field field_of(const Expression& name) {
  Field f;
  if (model::is_sentiment(name)) {
    f.kind = Field::Kind::property;
    f.property = "sentiment(text)";
    return f;
  }
  if (!name.backticked && name.text == "value") {
    f.kind = Field::Kind::value;
  } else if (!name.backticked && name.text == "user") {
    f.kind = Field::Kind::user;
  } else {
    f.kind = Field::Kind::property;
    f.property = name.text;
  }
  return f;
}

// Everything of a node that makes it what it is.
std::string node_key(const Node& n) {
  std::string key = fmt::format("{} {} {} {} {} {}|{}|", static_cast<int>(n.op), static_cast<int>(n.type),
                                std::bit_cast<uint64_t>(n.number), n.flag, n.lag_days, n.text.size(), n.text);
  for (const NodeId a : n.args) key += fmt::format("{},", a);
  if (n.op == Op::children) key += fmt::format("fold {}", static_cast<int>(n.fold));
  if (n.op != Op::aggregate) return key;
  const Aggregate& a = n.aggregate;
  key += fmt::format("|{} {} {} {} {} {} {}|{}|", static_cast<int>(a.function), a.selector,
                     static_cast<int>(a.field.kind), a.window_days, a.half_life_days.micros, a.min_observed_days,
                     a.field.property.size(), a.field.property);
  for (const Step& s : a.steps) key += fmt::format("{}:{},", s.until_age_days, s.weight.micros);
  key += fmt::format("|{} {}|{}{}|{}|{} {} {} {}|", a.second, a.by.size(), a.by, a.due.size(), a.due, a.quantile.micros,
                     a.at_least, a.of_days, a.period_days);
  for (const Role& r : a.roles) key += fmt::format("{}|{}:{},", r.role.size(), r.role, r.influence.micros);
  return key;
}

}  // namespace

ExpressionLowering::ExpressionLowering(const model::Model& model, const facts::Settings& settings)
    : model_(&model), context_(model::context_of(settings)) {}

NodeId ExpressionLowering::lower(const Expression& expression, const Observation& observation) {
  const Observation before = std::exchange(observation_, observation);
  const NodeId id = value(expression);
  observation_ = before;
  return id;
}

NodeId ExpressionLowering::lower(const model::Metric& metric) {
  const auto known = metrics_.find(metric.name);
  if (known != metrics_.end()) return known->second;
  KENKO_CHECK(metric.value.has_value() && metric.passed, "metric {} was not checked", metric.name);
  // What it names first, so that a long chain of metrics is no deep recursion over expressions.
  for (const std::string& other : metric.reads.metrics) (void)lower(named(other));
  const NodeId id = lower(*metric.value, {metric.min_observed_days, metric.young_partial});
  metrics_.emplace(metric.name, id);
  return id;
}

const model::Metric& ExpressionLowering::named(const std::string& name) const {
  const auto found = std::find_if(model_->metrics.begin(), model_->metrics.end(),
                                  [&](const model::Metric& m) { return m.name == name; });
  KENKO_CHECK(found != model_->metrics.end(), "no metric {}", name);
  return *found;
}

NodeId ExpressionLowering::points_node(const model::Metric& metric, const model::Curve& curve) {
  const NodeId value = lower(metric);
  if (curve.kind == model::Curve::Kind::percentile) return over(Op::percentile, value, 0);
  if (curve.kind == model::Curve::Kind::baseline) return over(Op::baseline, value, curve.over_days);
  return value;
}

NodeId ExpressionLowering::events(const Expression& selected) {
  Node n;
  n.op = Op::aggregate;
  n.aggregate.selector = selector(selected);
  return share(std::move(n));
}

std::vector<Stage> ExpressionLowering::stages() const {
  std::vector<size_t> levels(nodes_.size(), 0);
  size_t highest = 0;
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    for (const NodeId a : nodes_[i].args) levels[i] = std::max(levels[i], levels[a]);
    if (nodes_[i].op == Op::children || nodes_[i].op == Op::percentile) ++levels[i];
    highest = std::max(highest, levels[i]);
  }
  std::vector<Stage> out(highest + 2);
  for (Stage& s : out) s.kind = Stage::Kind::peers;
  out.front().kind = Stage::Kind::local;
  out.back().kind = Stage::Kind::account;
  for (NodeId i = 0; i < nodes_.size(); ++i) out[levels[i]].nodes.push_back(i);
  return out;
}

NodeId ExpressionLowering::share(Node node) {
  const auto [place, added] = ids_.emplace(node_key(node), static_cast<NodeId>(nodes_.size()));
  if (added) nodes_.push_back(std::move(node));
  return place->second;
}

NodeId ExpressionLowering::number(double value) {
  Node n;
  n.number = value == 0 ? 0 : value;  // no negative zero
  return share(std::move(n));
}

NodeId ExpressionLowering::value(const Expression& e) {
  Node n;
  switch (e.kind) {
    case Expression::Kind::number:
      return number(language::number_of(e));
    case Expression::Kind::text:
      n.type = Type::text;
      n.text = e.text;
      return share(std::move(n));
    case Expression::Kind::flag:
      n.type = Type::flag;
      n.flag = e.flag;
      return share(std::move(n));
    case Expression::Kind::unary:
      if (e.op == Operator::negate && e.items[0].kind == Expression::Kind::number)
        return number(-language::number_of(e.items[0]));
      return scalar(op_of(e.op), e.op == Operator::not_ ? Type::flag : Type::number, e);
    case Expression::Kind::binary: {
      const bool arithmetic = e.op >= Operator::add && e.op <= Operator::divide;
      return scalar(op_of(e.op), arithmetic ? Type::number : Type::flag, e);
    }
    case Expression::Kind::call:
      return call(e);
    case Expression::Kind::name:
      return lower(named(e.text));
    default:
      break;
  }
  KENKO_CHECK(false, "not a value: {}", language::to_text(e));
  return 0;
}

NodeId ExpressionLowering::scalar(Op op, Type type, const Expression& e) {
  Node n;
  n.op = op;
  n.type = type;
  for (const Expression& a : e.items) n.args.push_back(value(a));
  return share(std::move(n));
}

NodeId ExpressionLowering::call(const Expression& e) {
  const vocabulary::Function* f = model::resolve_call(e);
  KENKO_CHECK(f != nullptr, "no function {}", e.text);
  if (f->is_aggregate()) return aggregate(*f, e);
  switch (f->id) {
    case FunctionId::attr:
      return attribute(e.items[0].text);
    case FunctionId::days_until:
      return of_text(Op::days_until, e.items[0].text);
    case FunctionId::seats:
    case FunctionId::arr:
      return of_text(f->id == FunctionId::seats ? Op::seats : Op::arr, e.items.empty() ? "" : e.items[0].text);
    case FunctionId::term_months:
      return of_text(Op::term_months, "");
    case FunctionId::days_into_term:
      return of_text(Op::days_into_term, "");
    case FunctionId::days_to_renewal:
      return of_text(Op::days_to_renewal, "");
    case FunctionId::tenure:
      return of_text(Op::tenure, "");
    case FunctionId::min:
      return scalar(Op::min, Type::number, e);
    case FunctionId::max:
      return scalar(Op::max, Type::number, e);
    case FunctionId::clamp:
      return scalar(Op::clamp, Type::number, e);
    case FunctionId::log1p:
      return scalar(Op::log1p, Type::number, e);
    case FunctionId::change:
      return over(Op::change, value(e.items[0]), e.items[1].days);
    case FunctionId::same_period_last_year:
      return over(Op::earlier, value(e.items[0]), kYearOfWeeksDays);
    case FunctionId::vs_own_baseline:
      return over(Op::baseline, value(e.items[0]), e.items[1].days);
    case FunctionId::percentile:
      return over(Op::percentile, value(e.items[0]), 0);
    case FunctionId::children:
      return children(e);
    case FunctionId::if_:
    case FunctionId::coalesce:
      return choice(f->id == FunctionId::if_ ? Op::if_ : Op::coalesce, e);
    default:
      break;
  }
  KENKO_CHECK(false, "function {} cannot be lowered", f->name);
  return 0;
}

// The type is that of the last argument: all possible results have it.
NodeId ExpressionLowering::choice(Op op, const Expression& e) {
  Node n;
  n.op = op;
  for (const Expression& a : e.items) n.args.push_back(value(a));
  n.type = nodes_[n.args.back()].type;
  return share(std::move(n));
}

// One number made of the values of another node.
NodeId ExpressionLowering::over(Op op, NodeId value, int32_t lag_days) {
  Node n;
  n.op = op;
  n.args.push_back(value);
  n.lag_days = lag_days;
  return share(std::move(n));
}

NodeId ExpressionLowering::of_text(Op op, const std::string& text) {
  Node n;
  n.op = op;
  n.text = text;
  return share(std::move(n));
}

NodeId ExpressionLowering::children(const Expression& e) {
  constexpr std::pair<std::string_view, Fold> kFolds[] = {
      {"sum", Fold::sum}, {"mean", Fold::mean}, {"min", Fold::min}, {"max", Fold::max}, {"count", Fold::count}};
  Node n;
  n.op = Op::children;
  n.args.push_back(value(e.items[0]));
  for (const auto& [word, fold] : kFolds) {
    if (e.items[1].text == word) n.fold = fold;
  }
  return share(std::move(n));
}

NodeId ExpressionLowering::attribute(const std::string& key) {
  const auto found = context_.attributes.find(key);
  KENKO_CHECK(found != context_.attributes.end(), "no attribute {}", key);
  Node n;
  n.op = Op::attribute;
  n.text = key;
  n.type = found->second == facts::AttributeType::text   ? Type::text
           : found->second == facts::AttributeType::flag ? Type::flag
                                                         : Type::number;
  return share(std::move(n));
}

NodeId ExpressionLowering::aggregate(const vocabulary::Function& f, const Expression& e) {
  const auto events = language::as_selector(e.items[0]);
  KENKO_CHECK(events.has_value(), "no events: {}", language::to_text(e));
  Node n;
  n.op = Op::aggregate;
  Aggregate& a = n.aggregate;
  a.function = function_of(f.id);
  a.selector = selector(*events);
  const bool windowed = events->has_window && !events->whole_life;
  a.window_days = windowed ? events->days : 0;
  a.min_observed_days = observation_.min_observed_days.value_or(windowed ? events->days : kDefaultMinObservedDays);
  if (observation_.partial) a.min_observed_days = std::min(a.min_observed_days, kPartialMinObservedDays);
  if (f.id == FunctionId::median) a.quantile = Decimal{500'000};
  if (f.id == FunctionId::streak) a.period_days = 1;
  for (size_t i = 1; i < e.items.size(); ++i) argument(model::positional(f, i), e.items[i], a);
  for (const Expression::Named& named : e.named) {
    const auto p = std::find_if(f.parameters.begin(), f.parameters.end(),
                                [&](const auto& q) { return q.named && q.name == named.name; });
    argument(*p, named.value, a);
  }
  return share(std::move(n));
}

void ExpressionLowering::argument(const vocabulary::Parameter& p, const Expression& e, Aggregate& a) {
  using vocabulary::ArgumentKind;
  switch (p.kind) {
    case ArgumentKind::number_field:
    case ArgumentKind::distinct_field:
      a.field = field_of(e);
      break;
    case ArgumentKind::all_events:
      a.second = selector(*language::as_selector(e));
      break;
    case ArgumentKind::property:
      (p.name == "by" ? a.by : a.due) = e.text;
      break;
    case ArgumentKind::share:
      a.quantile = model::decimal_of(e).value;
      break;
    case ArgumentKind::whole_number:
      a.at_least = static_cast<int32_t>(model::decimal_of(e).value.micros / 1'000'000);
      a.of_days = p.name == "days";
      break;
    case ArgumentKind::duration:
      if (p.named) a.half_life_days = Decimal::whole(e.days);
      if (!p.named) a.period_days = e.days;
      break;
    case ArgumentKind::steps:
      for (const Expression& step : e.items)
        a.steps.push_back({step.items[0].days, model::decimal_of(step.items[1]).value});
      break;
    case ArgumentKind::roles:
      for (const Expression& role : e.items)
        a.roles.push_back({role.items[0].text, model::decimal_of(role.items[1]).value});
      std::sort(a.roles.begin(), a.roles.end(), [](const Role& x, const Role& y) { return x.role < y.role; });
      break;
    default:
      KENKO_CHECK(false, "argument {} of an aggregate", p.name);
  }
}

uint32_t ExpressionLowering::selector(const Expression& e) {
  Selector s;
  s.events = e.others;
  s.events.push_back(e.text);
  std::sort(s.events.begin(), s.events.end());
  s.events.erase(std::unique(s.events.begin(), s.events.end()), s.events.end());
  if (e.has_filter) s.filter = lower_filter(e.items[0]);
  const auto found = std::find(selectors_.begin(), selectors_.end(), s);
  if (found != selectors_.end()) return static_cast<uint32_t>(found - selectors_.begin());
  selectors_.push_back(std::move(s));
  return static_cast<uint32_t>(selectors_.size() - 1);
}

}  // namespace kenko::plan
