#include "mapping/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "language/operators.h"

namespace kenko::mapping {

using language::Expression;
using language::Operator;

/// Checks an expression and builds the filter's nodes, collecting all problems.
class FilterBuilder {
 public:
  FilterBuilder(Filter& filter, const language::At& at, Problems& problems)
      : filter_(filter), at_(at), problems_(problems) {}

  Filter::Node truth(const Expression& e) {
    using Kind = Filter::Kind;
    Filter::Node node;
    if (e.kind == Expression::Kind::binary && (e.op == Operator::and_ || e.op == Operator::or_)) {
      node.kind = e.op == Operator::and_ ? Kind::and_ : Kind::or_;
      node.items.push_back(truth(e.items[0]));
      node.items.push_back(truth(e.items[1]));
    } else if (e.kind == Expression::Kind::unary && e.op == Operator::not_) {
      node.kind = Kind::not_;
      node.items.push_back(truth(e.items[0]));
    } else if (e.kind == Expression::Kind::binary && language::is_comparison(e.op)) {
      comparison(e, node);
    } else if (e.kind == Expression::Kind::call) {
      call(e, node);
    } else if (e.kind == Expression::Kind::name) {
      node.kind = Kind::flag;
      node.column = column(e);
    } else {
      add(e, "a filter says something that is true or false, such as Quantity > 0");
    }
    return node;
  }

 private:
  void add(const Expression& e, std::string message, std::string hint = "") {
    Problem p = at_(e.begin);
    p.code = "bad-filter";
    p.message = std::move(message);
    p.hint = std::move(hint);
    problems_.push_back(std::move(p));
  }

  size_t column(const Expression& e) {
    filter_.columns_.emplace_back(e.text, e.begin);
    return filter_.columns_.size() - 1;
  }

  // A number literal, also with a minus before it.
  static bool number(const Expression& e, Decimal& out) {
    if (e.kind == Expression::Kind::unary && e.op == Operator::negate && number(e.items[0], out)) {
      out.micros = -out.micros;
      return true;
    }
    if (e.kind != Expression::Kind::number) return false;
    const ParsedDecimal parsed = parse_decimal(e.percent ? e.text + "e-2" : e.text);
    out = parsed.value;
    return parsed.fault == ParsedDecimal::Fault::none && !parsed.rounded;
  }

  void comparison(const Expression& e, Filter::Node& node) {
    const Expression* left = &e.items[0];
    const Expression* right = &e.items[1];
    node.op = e.op;
    if (left->kind != Expression::Kind::name && right->kind == Expression::Kind::name) {
      std::swap(left, right);
      node.op = language::mirrored(e.op);
    }
    if (left->kind != Expression::Kind::name) {
      return add(*left, "a comparison in a filter starts with a column",
                 "names of columns stand without quotes, or in backticks when they have blanks: `Order Date` = \"x\"");
    }
    node.column = column(*left);
    if (right->kind == Expression::Kind::name) {
      node.kind = Filter::Kind::compare_columns;
      node.other = column(*right);
    } else if (right->kind == Expression::Kind::text) {
      node.kind = Filter::Kind::compare_text;
      node.texts = {right->text};
      if (right->text.empty()) add(*right, "an empty cell is never equal to a text", "write is_empty(column)");
    } else if (right->kind == Expression::Kind::flag) {
      node.kind = Filter::Kind::compare_flag;
      node.flag = right->flag;
      if (e.op != Operator::equal && e.op != Operator::not_equal) add(*right, "true and false have no order");
    } else if (number(*right, node.number)) {
      node.kind = Filter::Kind::compare_number;
    } else {
      add(*right, "a column is compared with a number, a text, true, false or another column");
    }
  }

  void call(const Expression& e, Filter::Node& node) {
    using Test = Filter::Test;
    static const std::vector<std::pair<std::string, Test>> kTests = {{"starts_with", Test::starts},
                                                                     {"ends_with", Test::ends},
                                                                     {"contains", Test::contains},
                                                                     {"one_of", Test::one_of}};
    const bool empty = e.text == "is_empty";
    const auto test = std::find_if(kTests.begin(), kTests.end(), [&](const auto& t) { return t.first == e.text; });
    if (!empty && test == kTests.end()) {
      return add(e, fmt::format("unknown function `{}`", e.text),
                 text::did_you_mean(e.text, {"starts_with", "ends_with", "contains", "one_of", "is_empty"}));
    }
    const bool has_column = !e.items.empty() && e.items[0].kind == Expression::Kind::name;
    const bool texts = std::all_of(e.items.begin() + (e.items.empty() ? 0 : 1), e.items.end(),
                                   [](const Expression& a) { return a.kind == Expression::Kind::text; });
    const size_t count = e.items.size();
    const bool right_count = empty ? count == 1 : e.text == "one_of" ? count >= 2 : count == 2;
    if (!has_column || !texts || !right_count || !e.named.empty()) {
      const std::string form = empty                ? "is_empty(column)"
                               : e.text == "one_of" ? "one_of(column, \"a\", \"b\")"
                                                    : e.text + "(column, \"text\")";
      return add(e, fmt::format("`{}` takes a column and then texts", e.text), "write " + form);
    }
    node.kind = empty ? Filter::Kind::empty : Filter::Kind::text_test;
    node.column = column(e.items[0]);
    if (!empty) node.test = test->second;
    for (size_t i = 1; i < count; ++i) node.texts.push_back(e.items[i].text);
  }

  Filter& filter_;
  const language::At& at_;
  Problems& problems_;
};

Result<std::shared_ptr<Filter>> Filter::make(std::string_view text, const language::At& at) {
  KENKO_TRY(const Expression expression, language::parse(text, at));
  auto filter = std::make_shared<Filter>();
  Problems problems;
  filter->root_ = FilterBuilder(*filter, at, problems).truth(expression);
  if (!problems.empty()) return problems;
  filter->text_ = language::to_text(expression);
  filter->slots_.assign(filter->columns_.size(), -1);
  return filter;
}

bool Filter::passes(const Row& row) const { return run(root_, row) == Truth::yes; }

Filter::Truth Filter::ordered(Operator op, int order) {
  bool yes = false;
  switch (op) {
    case Operator::equal:
      yes = order == 0;
      break;
    case Operator::not_equal:
      yes = order != 0;
      break;
    case Operator::less:
      yes = order < 0;
      break;
    case Operator::less_equal:
      yes = order <= 0;
      break;
    case Operator::greater:
      yes = order > 0;
      break;
    case Operator::greater_equal:
      yes = order >= 0;
      break;
    default:
      KENKO_CHECK(false, "no comparison: {}", language::spelling(op));
  }
  return yes ? Truth::yes : Truth::no;
}

Filter::Truth Filter::compare(const Node& node, const Row& row) const {
  const std::string_view cell = row.text(slots_[node.column]);
  if (cell.empty()) return Truth::null;
  const auto order = [](auto a, auto b) { return a < b ? -1 : b < a ? 1 : 0; };
  if (node.kind == Kind::compare_text) return ordered(node.op, order(cell, std::string_view(node.texts[0])));
  if (node.kind == Kind::compare_flag) {
    const auto flag = read_flag(cell);
    return flag ? ordered(node.op, *flag == node.flag ? 0 : 1) : Truth::null;
  }
  const ParsedDecimal number = read_number(cell, *row.format);
  const bool is_number = number.fault == ParsedDecimal::Fault::none;
  if (node.kind == Kind::compare_number) {
    return is_number ? ordered(node.op, order(number.value.micros, node.number.micros)) : Truth::null;
  }
  const std::string_view other = row.text(slots_[node.other]);
  if (other.empty()) return Truth::null;
  const ParsedDecimal other_number = read_number(other, *row.format);
  if (is_number && other_number.fault == ParsedDecimal::Fault::none) {
    return ordered(node.op, order(number.value.micros, other_number.value.micros));
  }
  return ordered(node.op, order(cell, other));
}

Filter::Truth Filter::run(const Node& node, const Row& row) const {
  switch (node.kind) {
    case Kind::and_: {
      const Truth a = run(node.items[0], row);
      if (a == Truth::no) return Truth::no;
      const Truth b = run(node.items[1], row);
      return b == Truth::no ? Truth::no : a == Truth::null ? Truth::null : b;
    }
    case Kind::or_: {
      const Truth a = run(node.items[0], row);
      if (a == Truth::yes) return Truth::yes;
      const Truth b = run(node.items[1], row);
      return b == Truth::yes ? Truth::yes : a == Truth::null ? Truth::null : b;
    }
    case Kind::not_: {
      const Truth a = run(node.items[0], row);
      return a == Truth::null ? Truth::null : a == Truth::yes ? Truth::no : Truth::yes;
    }
    case Kind::flag: {
      const auto flag = read_flag(row.text(slots_[node.column]));
      return !flag ? Truth::null : *flag ? Truth::yes : Truth::no;
    }
    case Kind::empty:
      return row.text(slots_[node.column]).empty() ? Truth::yes : Truth::no;
    case Kind::text_test: {
      const std::string_view cell = row.text(slots_[node.column]);
      if (cell.empty()) return Truth::null;
      for (const std::string& text : node.texts) {
        const bool yes = node.test == Test::starts     ? cell.starts_with(text)
                         : node.test == Test::ends     ? cell.ends_with(text)
                         : node.test == Test::contains ? cell.find(text) != std::string_view::npos
                                                       : cell == text;
        if (yes) return Truth::yes;
      }
      return Truth::no;
    }
    case Kind::compare_number:
    case Kind::compare_text:
    case Kind::compare_flag:
    case Kind::compare_columns:
      return compare(node, row);
  }
  return Truth::null;
}

}  // namespace kenko::mapping
