#include <optional>

#include "base/check.h"
#include "base/decimal.h"
#include "reference/evaluate.h"

namespace kenko::reference {
namespace {

using language::Expression;
using language::Operator;
using Kind = Expression::Kind;

// A literal number of a filter; 40% = 0.4.
Decimal decimal_of(const Expression& e) {
  if (e.kind == Kind::unary) return {-decimal_of(e.items[0]).micros};
  return parse_decimal(e.percent ? e.text + "e-2" : e.text).value;
}

bool is_number(const Expression& e) {
  return e.kind == Kind::number || (e.kind == Kind::unary && e.op == Operator::negate);
}

template <typename T>
bool compare(const T& a, Operator op, const T& b) {
  switch (op) {
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
  KENKO_CHECK(false, "not a comparison: {}", language::spelling(op));
  return false;
}

// The same comparison with its sides exchanged.
Operator turned(Operator op) {
  switch (op) {
    case Operator::less:
      return Operator::greater;
    case Operator::less_equal:
      return Operator::greater_equal;
    case Operator::greater:
      return Operator::less;
    case Operator::greater_equal:
      return Operator::less_equal;
    default:
      return op;
  }
}

// A property (or the event's own value) against a literal, which decides how the property is read.
std::optional<bool> compare_with_literal(const Event& event, const Expression& name, Operator op,
                                         const Expression& literal) {
  const std::string& field = name.text;
  if (field == "value" && !name.backticked) {
    if (!event.value_micros) return std::nullopt;
    return compare(*event.value_micros, op, decimal_of(literal).micros);
  }
  const std::string* text = event.property(field);
  if (text == nullptr) return std::nullopt;
  if (is_number(literal)) {
    const ParsedDecimal number = parse_decimal(*text);
    if (number.fault != ParsedDecimal::Fault::none) return std::nullopt;
    return compare(number.value, op, decimal_of(literal));
  }
  if (literal.kind == Kind::flag) {
    if (*text != "true" && *text != "false") return std::nullopt;
    return compare(*text == "true", op, literal.flag);
  }
  return compare(*text, op, literal.text);
}

// Three-valued.
std::optional<bool> test(const Expression& e, const Event& event) {
  if (e.kind == Kind::unary) {
    const auto x = test(e.items[0], event);
    return x ? std::optional(!*x) : std::nullopt;
  }
  KENKO_CHECK(e.kind == Kind::binary, "filter of kind {}", static_cast<int>(e.kind));
  if (e.op == Operator::and_ || e.op == Operator::or_) {
    const auto a = test(e.items[0], event);
    const auto b = test(e.items[1], event);
    const bool decisive = e.op == Operator::or_;  // `true` decides an or, `false` an and
    if (a == decisive || b == decisive) return decisive;
    return a && b ? std::optional(!decisive) : std::nullopt;
  }
  if (e.items[0].kind == Kind::name) return compare_with_literal(event, e.items[0], e.op, e.items[1]);
  return compare_with_literal(event, e.items[1], turned(e.op), e.items[0]);
}

}  // namespace

bool passes(const Expression& filter, const Event& event) { return test(filter, event).value_or(false); }

}  // namespace kenko::reference
