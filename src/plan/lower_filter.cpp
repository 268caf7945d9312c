#include <fmt/format.h>

#include "facts/property_names.h"
#include "language/operators.h"
#include "model/check_expression.h"
#include "plan/lower_expression.h"

namespace kenko::plan {
namespace {

using language::Expression;
using language::Operator;

constexpr std::string_view kSentiment = "sentiment(text)";  // the property that the text analysis gives an event

FilterOp filter_op(Operator op) {
  switch (op) {
    case Operator::equal:
      return FilterOp::equal;
    case Operator::not_equal:
      return FilterOp::not_equal;
    case Operator::less:
      return FilterOp::less;
    case Operator::less_equal:
      return FilterOp::less_equal;
    case Operator::greater:
      return FilterOp::greater;
    case Operator::greater_equal:
      return FilterOp::greater_equal;
    default:
      break;
  }
  KENKO_CHECK(false, "operator {} compares nothing", spelling(op));
  return FilterOp::equal;
}

// The field of a test.
Filter field(const Expression& e) {
  Filter f;
  f.own = model::is_own_field(e) && e.text == "value";
  f.field = model::user_key(e);
  f.of_user = !f.field.empty();
  if (f.of_user) return f;
  f.field = model::is_sentiment(e) ? std::string(kSentiment) : e.text;
  if (model::is_own_field(e) && !f.own) f.field = facts::kCurrencyProperty;
  return f;
}

Filter test(const Expression& e, FilterOp op, const model::Literal& literal) {
  Filter f = field(e);
  f.op = op;
  f.literal_type = literal.type == model::Type::number ? Type::number
                   : literal.type == model::Type::flag ? Type::flag
                                                       : Type::text;
  f.number = literal.number.value;
  f.flag = literal.flag;
  f.text = literal.text;
  return f;
}

Filter comparison(const Expression& e) {
  auto literal = model::literal_of(e.items[1]);
  const bool swapped = !literal;
  if (swapped) literal = model::literal_of(e.items[0]);
  return test(e.items[swapped ? 1 : 0], filter_op(swapped ? language::mirrored(e.op) : e.op), *literal);
}
// one_of(f, a, b) is f = a or f = b; between(f, a, b) is f >= a and f <= b.
Filter call(const Expression& e) {
  if (e.text == "about") {  // never null: a text is about a topic or is not
    Filter absent;
    absent.op = FilterOp::is_empty;
    absent.field = fmt::format("about({})", e.items[0].text);
    Filter f;
    f.op = FilterOp::not_;
    f.args.push_back(std::move(absent));
    return f;
  }
  if (e.text == "is_empty") {
    Filter f = field(e.items[0]);
    f.op = FilterOp::is_empty;
    if (f.own) f.literal_type = Type::number;
    return f;
  }
  Filter out;
  for (size_t i = 1; i < e.items.size(); ++i) {
    const FilterOp op = e.text == "starts_with" ? FilterOp::starts_with
                        : e.text == "ends_with" ? FilterOp::ends_with
                        : e.text == "contains"  ? FilterOp::contains
                        : e.text == "one_of"    ? FilterOp::equal
                        : i == 1                ? FilterOp::greater_equal
                                                : FilterOp::less_equal;
    out.args.push_back(test(e.items[0], op, *model::literal_of(e.items[i])));
  }
  if (out.args.size() == 1) return Filter(out.args[0]);
  out.op = e.text == "between" ? FilterOp::and_ : FilterOp::or_;
  return out;
}

// Joins the parts of a chain of one operator, so that `a and b and c` has three.
void append_parts(const Expression& e, Operator op, std::vector<Filter>& parts) {
  if (e.kind == Expression::Kind::binary && e.op == op) {
    append_parts(e.items[0], op, parts);
    append_parts(e.items[1], op, parts);
  } else {
    parts.push_back(lower_filter(e));
  }
}

}  // namespace

Filter lower_filter(const Expression& e) {
  if (e.kind == Expression::Kind::name) {  // a flag by itself
    Filter flag = field(e);
    flag.literal_type = Type::flag;
    flag.flag = true;
    return flag;
  }
  if (e.kind == Expression::Kind::call) return call(e);
  Filter f;
  if (e.kind == Expression::Kind::unary) {
    f.op = FilterOp::not_;
    f.args.push_back(lower_filter(e.items[0]));
    return f;
  }
  if (e.op != Operator::and_ && e.op != Operator::or_) return comparison(e);
  f.op = e.op == Operator::and_ ? FilterOp::and_ : FilterOp::or_;
  append_parts(e, e.op, f.args);
  return f;
}

}  // namespace kenko::plan
