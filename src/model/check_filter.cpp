#include <fmt/format.h>

#include <algorithm>

#include "model/check_expression.h"

namespace kenko::model {
namespace {

using language::Expression;
using language::Operator;

class FilterCheck {
 public:
  FilterCheck(const language::At& at, Problems& problems) : at_(&at), problems_(&problems) {}

  // A condition: something that is true, false or null of an event.
  void condition(const Expression& e) {
    if (e.kind == Expression::Kind::binary && (e.op == Operator::and_ || e.op == Operator::or_)) {
      condition(e.items[0]);
      condition(e.items[1]);
    } else if (e.kind == Expression::Kind::unary && e.op == Operator::not_) {
      condition(e.items[0]);
    } else if (e.kind == Expression::Kind::binary && language::is_comparison(e.op)) {
      comparison(e);
    } else if (e.kind == Expression::Kind::name) {
      field(e);
      if (is_own_field(e))
        add(e.begin, "wrong-type", fmt::format("`{}` is not true or false", e.text), "compare it: value > 3");
    } else if (e.kind == Expression::Kind::call) {
      add(e.begin, "not-yet", fmt::format("`{}` cannot be used in a filter yet", e.text),
          "compare a property with a constant: severity = \"high\"");
    } else {
      add(e.begin, "wrong-type", "a filter must be a condition", "for example severity = \"high\" and value > 3");
    }
  }

 private:
  void add(size_t offset, std::string code, std::string message, std::string hint) {
    Problem p = (*at_)(offset);
    p.code = std::move(code);
    p.message = std::move(message);
    p.hint = std::move(hint);
    problems_->push_back(std::move(p));
  }

  void comparison(const Expression& e) {
    const Expression* left = &e.items[0];
    const Expression* right = &e.items[1];
    auto literal = literal_of(*right);
    if (!literal) {
      literal = literal_of(*left);
      std::swap(left, right);
    }
    if (!literal) {
      const bool fields = left->kind == Expression::Kind::name && right->kind == Expression::Kind::name;
      add(e.operator_begin, "not-yet", "a filter can only compare a property with a constant yet",
          fields ? fmt::format("a text stands in double quotes: {} = \"{}\"", language::quoted_name(e.items[0].text),
                               e.items[1].text)
                 : "for example severity = \"high\"");
      return;
    }
    if (left->kind != Expression::Kind::name) {
      const bool constant = literal_of(*left).has_value();
      add(left->begin, constant ? "wrong-type" : "not-yet",
          constant ? "two constants are compared" : "a filter can only compare a property with a constant yet",
          "for example severity = \"high\"");
      return;
    }
    field(*left);
    operator_fits(e, *left, *literal);
    if (literal->type == Type::number && literal->number.fault != ParsedDecimal::Fault::none) {
      add(right->begin, "out-of-range", "the number is too large", "");
    } else if (literal->type == Type::number && literal->number.rounded) {
      add(right->begin, "out-of-range", "the number has more than 6 decimal places", "");
    }
  }

  void operator_fits(const Expression& e, const Expression& left, const Literal& literal) {
    const bool equality = e.op == Operator::equal || e.op == Operator::not_equal;
    if (is_own_field(left) && left.text == "value" && literal.type != Type::number) {
      add(left.begin, "wrong-type", "`value` is a number and is compared with something else",
          "a property called value stands in backticks: `value`");
    } else if (is_own_field(left) && left.text == "currency" && literal.type != Type::text) {
      add(left.begin, "wrong-type", "`currency` is a text and is compared with something else", "currency = \"EUR\"");
    } else if (literal.type != Type::number && !equality) {
      add(e.operator_begin, "wrong-type",
          fmt::format("texts and flags have no order: `{}` only compares numbers", language::spelling(e.op)),
          "use `=` or `!=`, or write the number without quotes");
    }
  }

  void field(const Expression& name) {
    if (name.backticked) return;
    if (name.text == "text" || name.text == "user" || name.text.starts_with("user.")) {
      add(name.begin, "not-yet", fmt::format("`{}` cannot be tested in a filter yet", name.text),
          fmt::format("if it is a property of the event, put it in backticks: `{}`", name.text));
    }
  }

  const language::At* at_;
  Problems* problems_;
};

}  // namespace

bool is_own_field(const Expression& name) {
  return !name.backticked && (name.text == "value" || name.text == "currency");
}

ParsedDecimal decimal_of(const Expression& number) {
  if (!number.percent) return parse_decimal(number.text);
  const size_t e = number.text.find_first_of("eE");
  if (e == std::string::npos) return parse_decimal(number.text + "e-2");
  ParsedDecimal out = parse_decimal(number.text);
  out.rounded = out.rounded || out.value.micros % 100 != 0;
  out.value.micros /= 100;
  return out;
}

std::optional<Literal> literal_of(const Expression& e) {
  Literal out;
  if (e.kind == Expression::Kind::unary && e.op == Operator::negate && e.items[0].kind == Expression::Kind::number) {
    out.type = Type::number;
    out.number = decimal_of(e.items[0]);
    out.number.value.micros = -out.number.value.micros;
    return out;
  }
  switch (e.kind) {
    case Expression::Kind::number:
      out.type = Type::number;
      out.number = decimal_of(e);
      return out;
    case Expression::Kind::text:
      out.text = e.text;
      return out;
    case Expression::Kind::flag:
      out.type = Type::flag;
      out.flag = e.flag;
      return out;
    default:
      return std::nullopt;
  }
}

void check_filter(const Expression& filter, const language::At& at, Problems& problems) {
  FilterCheck(at, problems).condition(filter);
}

}  // namespace kenko::model
