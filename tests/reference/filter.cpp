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

// sentiment(text), the one field that is written as a call.
bool is_sentiment(const Expression& field) { return field.kind == Kind::call; }

// The text behind a name of a filter: a property, or `user.KEY`.
std::optional<std::string> text_of(const Event& event, const Expression& name, const Company& company) {
  if (!name.backticked && name.text.starts_with("user.")) {
    if (!event.user) return std::nullopt;
    const auto user = company.users().find(*event.user);
    if (user == company.users().end()) return std::nullopt;
    const facts::AttributeValue* value = user->second.attribute(name.text.substr(5), event.day);
    if (value == nullptr) return std::nullopt;
    switch (value->type) {
      case facts::AttributeType::number:
      case facts::AttributeType::money:
        return value->number.text();
      case facts::AttributeType::flag:
        return value->flag ? "true" : "false";
      case facts::AttributeType::day:
        return value->day.iso();
      case facts::AttributeType::text:
        break;
    }
    if (value->text.empty()) return std::nullopt;
    return value->text;
  }
  if (name.text == "currency" && !name.backticked) {
    return event.currency.empty() ? std::nullopt : std::optional(event.currency);
  }
  const std::string* text = event.property(is_sentiment(name) ? "sentiment(text)" : name.text);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

// A field against a literal, which decides how the field is read.
std::optional<bool> compare_with_literal(const Event& event, const Expression& name, Operator op,
                                         const Expression& literal, const Company& company) {
  if (name.text == "value" && !name.backticked) {
    if (!event.value_micros) return std::nullopt;
    return compare(*event.value_micros, op, decimal_of(literal).micros);
  }
  const auto text = text_of(event, name, company);
  if (!text) return std::nullopt;
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

std::optional<bool> either(std::optional<bool> a, std::optional<bool> b, bool decisive) {
  if (a == decisive || b == decisive) return decisive;
  return a && b ? std::optional(!decisive) : std::nullopt;
}

// starts_with(page, "/admin"), one_of(severity, "high", "urgent") ...
std::optional<bool> test_call(const Expression& e, const Event& event, const Company& company) {
  if (e.text == "about") return event.property("about(" + e.items[0].text + ")") != nullptr;
  const Expression& name = e.items[0];
  if (e.text == "is_empty") {
    if (name.text == "value" && !name.backticked) return !event.value_micros.has_value();
    return !text_of(event, name, company).has_value();
  }
  if (e.text == "one_of") {
    std::optional<bool> found = false;
    for (size_t i = 1; i < e.items.size(); ++i) {
      found = either(found, compare_with_literal(event, name, Operator::equal, e.items[i], company), true);
    }
    return found;
  }
  if (e.text == "between") {
    return either(compare_with_literal(event, name, Operator::greater_equal, e.items[1], company),
                  compare_with_literal(event, name, Operator::less_equal, e.items[2], company), false);
  }
  const auto text = text_of(event, name, company);
  if (!text) return std::nullopt;
  const std::string& part = e.items[1].text;
  if (e.text == "starts_with") return text->starts_with(part);
  if (e.text == "ends_with") return text->ends_with(part);
  KENKO_CHECK(e.text == "contains", "the filter `{}`", e.text);
  return text->find(part) != std::string::npos;
}

// Three-valued.
std::optional<bool> test(const Expression& e, const Event& event, const Company& company) {
  if (e.kind == Kind::call) return test_call(e, event, company);
  if (e.kind == Kind::name) {  // a flag by itself
    Expression yes;
    yes.kind = Kind::flag;
    yes.flag = true;
    return compare_with_literal(event, e, Operator::equal, yes, company);
  }
  if (e.kind == Kind::unary) {
    const auto x = test(e.items[0], event, company);
    return x ? std::optional(!*x) : std::nullopt;
  }
  KENKO_CHECK(e.kind == Kind::binary, "filter of kind {}", static_cast<int>(e.kind));
  if (e.op == Operator::and_ || e.op == Operator::or_) {
    const bool decisive = e.op == Operator::or_;  // `true` decides an or, `false` an and
    return either(test(e.items[0], event, company), test(e.items[1], event, company), decisive);
  }
  if (e.items[0].kind == Kind::name || is_sentiment(e.items[0]))
    return compare_with_literal(event, e.items[0], e.op, e.items[1], company);
  return compare_with_literal(event, e.items[1], turned(e.op), e.items[0], company);
}

}  // namespace

bool passes(const Expression& filter, const Event& event, const Company& company) {
  return test(filter, event, company).value_or(false);
}

}  // namespace kenko::reference
