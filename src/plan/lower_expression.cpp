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
    default:
      break;
  }
  KENKO_CHECK(false, "function {} is no aggregate", static_cast<int>(id));
  return Function::count;
}

// 3 < value is value > 3.
FilterOp filter_op(Operator op, bool swapped) {
  switch (op) {
    case Operator::equal:
      return FilterOp::equal;
    case Operator::not_equal:
      return FilterOp::not_equal;
    case Operator::less:
      return swapped ? FilterOp::greater : FilterOp::less;
    case Operator::less_equal:
      return swapped ? FilterOp::greater_equal : FilterOp::less_equal;
    case Operator::greater:
      return swapped ? FilterOp::less : FilterOp::greater;
    case Operator::greater_equal:
      return swapped ? FilterOp::less_equal : FilterOp::greater_equal;
    default:
      break;
  }
  KENKO_CHECK(false, "operator {} compares nothing", spelling(op));
  return FilterOp::equal;
}

Filter comparison(const Expression& e) {
  auto literal = model::literal_of(e.items[1]);
  const bool swapped = !literal;
  if (swapped) literal = model::literal_of(e.items[0]);
  const Expression& name = e.items[swapped ? 1 : 0];
  Filter f;
  f.op = filter_op(e.op, swapped);
  f.field = name.text;
  f.own = model::is_own_field(name);
  f.literal_type = literal->type == model::Type::number ? Type::number
                   : literal->type == model::Type::flag ? Type::flag
                                                        : Type::text;
  f.number = literal->number.value;
  f.flag = literal->flag;
  f.text = literal->text;
  return f;
}

Filter filter_of(const Expression& e);

// Joins the parts of a chain of one operator, so that `a and b and c` has three.
void append_parts(const Expression& e, Operator op, std::vector<Filter>& parts) {
  if (e.kind == Expression::Kind::binary && e.op == op) {
    append_parts(e.items[0], op, parts);
    append_parts(e.items[1], op, parts);
  } else {
    parts.push_back(filter_of(e));
  }
}

Filter filter_of(const Expression& e) {
  Filter f;
  if (e.kind == Expression::Kind::name) {  // a flag by itself
    f.field = e.text;
    f.literal_type = Type::flag;
    f.flag = true;
    return f;
  }
  if (e.kind == Expression::Kind::unary) {
    f.op = FilterOp::not_;
    f.args.push_back(filter_of(e.items[0]));
    return f;
  }
  if (e.op != Operator::and_ && e.op != Operator::or_) return comparison(e);
  f.op = e.op == Operator::and_ ? FilterOp::and_ : FilterOp::or_;
  append_parts(e, e.op, f.args);
  return f;
}

Field field_of(const Expression& name) {
  Field f;
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
  const Aggregate& a = n.aggregate;
  key += fmt::format("|{} {} {} {} {} {} {}|{}|", static_cast<int>(a.function), a.selector,
                     static_cast<int>(a.field.kind), a.window_days, a.half_life_days.micros, a.min_observed_days,
                     a.field.property.size(), a.field.property);
  for (const Step& s : a.steps) key += fmt::format("{}:{},", s.until_age_days, s.weight.micros);
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
  KENKO_CHECK(metric.value.has_value(), "metric {} was not checked", metric.name);
  return lower(*metric.value, {metric.min_observed_days, metric.young_partial});
}

NodeId ExpressionLowering::points_node(const model::Metric& metric, const model::Curve&) { return lower(metric); }

std::vector<Stage> ExpressionLowering::stages() const {
  std::vector<Stage> out;
  Stage local{.kind = Stage::Kind::local, .nodes = {}};
  for (NodeId i = 0; i < nodes_.size(); ++i) local.nodes.push_back(i);
  out.push_back(std::move(local));
  out.push_back({.kind = Stage::Kind::account, .nodes = {}});
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
    case FunctionId::seats:
      return scalar(Op::seats, Type::number, e);
    case FunctionId::arr:
      return scalar(Op::arr, Type::number, e);
    case FunctionId::min:
      return scalar(Op::min, Type::number, e);
    case FunctionId::max:
      return scalar(Op::max, Type::number, e);
    case FunctionId::clamp:
      return scalar(Op::clamp, Type::number, e);
    case FunctionId::change:
      return change(e);
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

NodeId ExpressionLowering::change(const Expression& e) {
  Node n;
  n.op = Op::change;
  n.args.push_back(value(e.items[0]));
  n.lag_days = e.items[1].days;
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
  const Expression& events = e.items[0];
  Node n;
  n.op = Op::aggregate;
  Aggregate& a = n.aggregate;
  a.function = function_of(f.id);
  a.selector = selector(events);
  if (e.items.size() > 1) a.field = field_of(e.items[1]);
  a.window_days = events.has_window ? events.days : 0;
  a.min_observed_days =
      observation_.min_observed_days.value_or(events.has_window ? events.days : kDefaultMinObservedDays);
  for (const Expression::Named& named : e.named) {
    if (named.value.kind == Expression::Kind::duration) {
      a.half_life_days = Decimal::whole(named.value.days);
    } else {
      for (const Expression& step : named.value.items) {
        a.steps.push_back({step.items[0].days, model::decimal_of(step.items[1]).value});
      }
    }
  }
  return share(std::move(n));
}

uint32_t ExpressionLowering::selector(const Expression& e) {
  Selector s;
  s.events = {e.text};
  if (e.has_filter) s.filter = filter_of(e.items[0]);
  const auto found = std::find(selectors_.begin(), selectors_.end(), s);
  if (found != selectors_.end()) return static_cast<uint32_t>(found - selectors_.begin());
  selectors_.push_back(std::move(s));
  return static_cast<uint32_t>(selectors_.size() - 1);
}

Curve lower_curve(const model::Curve& c, const Expression&) {
  Curve out;
  switch (c.kind) {
    case model::Curve::Kind::none:
      return out;
    case model::Curve::Kind::linear:
      out.kind = Curve::Kind::linear;
      break;
    case model::Curve::Kind::steps:
      out.kind = Curve::Kind::steps;
      break;
    case model::Curve::Kind::category:
      out.kind = Curve::Kind::category;
      break;
    default:
      KENKO_CHECK(false, "not built");
  }
  for (const auto& p : c.points) out.points.push_back({p.x.as_double(), p.points_micros});
  for (const auto& k : c.categories) out.categories.push_back({k.value, k.points_micros});
  std::sort(out.categories.begin(), out.categories.end(),
            [](const auto& a, const auto& b) { return a.value < b.value; });
  out.other = c.other;
  return out;
}

}  // namespace kenko::plan
