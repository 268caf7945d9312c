#include "reference/evaluate.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/decimal.h"
#include "reference/contracts.h"

namespace kenko::reference {
namespace {

using language::Expression;
using language::Operator;
using Kind = Expression::Kind;

// A number that is not finite is null.
Value finite(double x) { return std::isfinite(x) ? Value(x) : Value(); }

Value number_or_null(std::optional<Int128> micros) { return micros ? Value(to_double(*micros) / 1e6) : Value(); }

std::optional<bool> flag_of(const Value& v) { return is_null(v) ? std::nullopt : std::optional(std::get<bool>(v)); }

bool is_aggregate(const Expression& e) {
  return !e.items.empty() && (e.items[0].kind == Kind::selector || e.items[0].kind == Kind::name);
}

}  // namespace

Value Evaluator::value(const Expression& e, Day d, Day life_first) {
  switch (e.kind) {
    case Kind::number:
      return language::number_of(e);
    case Kind::text:
      return e.text;
    case Kind::flag:
      return e.flag;
    case Kind::duration:
      return static_cast<double>(e.days);
    case Kind::unary:
      return unary(e, d, life_first);
    case Kind::binary:
      return binary(e, d, life_first);
    case Kind::call:
      return call(e, d, life_first);
    default:
      break;
  }
  KENKO_CHECK(false, "`{}` is no value", language::to_text(e));
  return {};
}

Value Evaluator::unary(const Expression& e, Day d, Day life_first) {
  const Value x = value(e.items[0], d, life_first);
  if (is_null(x)) return {};
  if (e.op == Operator::not_) return !std::get<bool>(x);
  return -std::get<double>(x);
}

Value Evaluator::logic(const Expression& e, Day d, Day life_first) {
  const auto a = flag_of(value(e.items[0], d, life_first));
  const auto b = flag_of(value(e.items[1], d, life_first));
  if (e.op == Operator::and_) {
    if (a == false || b == false) return false;
  } else {
    if (a == true || b == true) return true;
  }
  if (!a || !b) return {};
  return e.op == Operator::and_;
}

Value Evaluator::binary(const Expression& e, Day d, Day life_first) {
  if (e.op == Operator::and_ || e.op == Operator::or_) return logic(e, d, life_first);
  const Value a = value(e.items[0], d, life_first);
  const Value b = value(e.items[1], d, life_first);
  if (is_null(a) || is_null(b)) return {};
  KENKO_CHECK(a.index() == b.index(), "`{}` mixes types", language::to_text(e));
  switch (e.op) {
    case Operator::add:
      return finite(std::get<double>(a) + std::get<double>(b));
    case Operator::subtract:
      return finite(std::get<double>(a) - std::get<double>(b));
    case Operator::multiply:
      return finite(std::get<double>(a) * std::get<double>(b));
    case Operator::divide:
      return finite(std::get<double>(a) / std::get<double>(b));
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    default:
      break;
  }
  KENKO_CHECK(false, "operator {}", language::spelling(e.op));
  return {};
}

Value Evaluator::call(const Expression& e, Day d, Day life_first) {
  if (e.text == "attr") return attribute(e.items[0].text, d);
  if (e.text == "seats") return number_or_null(seats(company_, account_, d));
  if (e.text == "arr") return number_or_null(arr(company_, account_, d));
  if (e.text == "change") return change(e, d, life_first);
  if (e.text == "clamp") return clamp(e, d, life_first);
  if (e.text == "if") {
    const auto condition = flag_of(value(e.items[0], d, life_first));
    return condition ? value(e.items[*condition ? 1 : 2], d, life_first) : Value();
  }
  if (e.text == "coalesce") {
    for (const Expression& item : e.items) {
      if (Value x = value(item, d, life_first); !is_null(x)) return x;
    }
    return {};
  }
  if (is_aggregate(e)) return aggregate(e, d, life_first);
  return smallest_or_greatest(e, d, life_first);
}

Value Evaluator::attribute(const std::string& key, Day d) const {
  const facts::AttributeValue* v = account_.attribute(key, d);
  if (v == nullptr) return {};
  switch (v->type) {
    case facts::AttributeType::number:
      return v->number.as_double();
    case facts::AttributeType::text:
      return v->text;
    case facts::AttributeType::flag:
      return v->flag;
    case facts::AttributeType::day:
      return v->day.iso();
    case facts::AttributeType::money:
      break;
  }
  const auto own = company_.own_currency(v->number, v->text, d);
  return own ? Value(own->as_double()) : Value();
}

Value Evaluator::smallest_or_greatest(const Expression& e, Day d, Day life_first) {
  KENKO_CHECK(e.text == "min" || e.text == "max", "unknown function `{}`", e.text);
  std::optional<double> best;
  for (const Expression& item : e.items) {
    const Value x = value(item, d, life_first);
    if (is_null(x)) return {};
    const double number = std::get<double>(x);
    if (!best || (e.text == "min" ? number < *best : number > *best)) best = number;
  }
  return *best;
}

Value Evaluator::clamp(const Expression& e, Day d, Day life_first) {
  const Value x = value(e.items[0], d, life_first);
  const Value low = value(e.items[1], d, life_first);
  const Value high = value(e.items[2], d, life_first);
  if (is_null(x) || is_null(low) || is_null(high)) return {};
  return std::min(std::max(std::get<double>(x), std::get<double>(low)), std::get<double>(high));
}

Value Evaluator::change(const Expression& e, Day d, Day life_first) {
  const Day before = d - e.items[1].days;
  if (before < life_first) return {};
  const Value now = value(e.items[0], d, life_first);
  const Value then = value(e.items[0], before, life_first);
  if (is_null(now) || is_null(then)) return {};
  const double a = std::get<double>(now);
  const double b = std::get<double>(then);
  return finite((a - b) / std::abs(b));
}

}  // namespace kenko::reference
