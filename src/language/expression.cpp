#include "language/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "language/lexer.h"

namespace kenko::language {
namespace {

int strength(const Expression& e) {
  if (e.kind == Expression::Kind::unary) return e.op == Operator::not_ ? 3 : 7;
  if (e.kind != Expression::Kind::binary) return 8;
  switch (e.op) {
    case Operator::or_:
      return 1;
    case Operator::and_:
      return 2;
    case Operator::add:
    case Operator::subtract:
      return 5;
    case Operator::multiply:
    case Operator::divide:
      return 6;
    default:
      return 4;
  }
}

// In parentheses when it binds less than `least`.
std::string part(const Expression& e, int least) {
  return strength(e) < least ? fmt::format("({})", to_text(e)) : to_text(e);
}

std::string quoted_text(std::string_view s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string call_text(const Expression& e) {
  std::vector<std::string> arguments;
  for (const Expression& a : e.items) arguments.push_back(to_text(a));
  for (const Expression::Named& n : e.named) arguments.push_back(fmt::format("{}: {}", n.name, to_text(n.value)));
  return fmt::format("{}({})", e.text, text::join(arguments, ", "));
}

std::string selector_text(const Expression& e) {
  std::string out = e.backticked ? fmt::format("`{}`", e.text) : quoted_name(e.text);
  for (const std::string& other : e.others) out += fmt::format(" or {}", quoted_name(other));
  if (!e.others.empty() && (e.has_filter || e.has_window)) out = fmt::format("({})", out);
  if (e.has_filter) out += fmt::format("{{{}}}", to_text(e.items[0]));
  if (!e.has_window) return out;
  if (e.whole_life) return out + "[life]";
  return out + (e.window_name.empty() ? fmt::format("[{}d]", e.days) : fmt::format("[{}]", e.window_name));
}

}  // namespace

std::string_view spelling(Operator op) {
  switch (op) {
    case Operator::negate:
    case Operator::subtract:
      return "-";
    case Operator::not_:
      return "not";
    case Operator::add:
      return "+";
    case Operator::multiply:
      return "*";
    case Operator::divide:
      return "/";
    case Operator::equal:
      return "=";
    case Operator::not_equal:
      return "!=";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::greater_equal:
      return ">=";
    case Operator::and_:
      return "and";
    case Operator::or_:
      return "or";
  }
  return "";
}

bool is_comparison(Operator op) { return op >= Operator::equal && op <= Operator::greater_equal; }

At in_text(std::string text) {
  return [text = std::move(text)](size_t offset) {
    const std::string_view before = std::string_view(text).substr(0, std::min(offset, text.size()));
    const size_t newline = before.rfind('\n');
    const size_t first = newline == std::string_view::npos ? 0 : newline + 1;
    Problem p;
    p.place.line = std::count(before.begin(), before.end(), '\n') + 1;
    p.place.column = text::count_code_points(before.substr(first)) + 1;
    p.source_line = text.substr(first, std::min(text.find('\n', first), text.size()) - first);
    return p;
  };
}

std::string to_text(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::number:
      return e.percent ? e.text + "%" : e.text;
    case Expression::Kind::text:
      return quoted_text(e.text);
    case Expression::Kind::flag:
      return e.flag ? "true" : "false";
    case Expression::Kind::duration:
      return fmt::format("{}d", e.days);
    case Expression::Kind::name:
    case Expression::Kind::selector:
      return selector_text(e);
    case Expression::Kind::call:
      return call_text(e);
    case Expression::Kind::list: {
      std::vector<std::string> items;
      for (const Expression& i : e.items) items.push_back(to_text(i));
      return fmt::format("[{}]", text::join(items, ", "));
    }
    case Expression::Kind::pair:
      return fmt::format("{}: {}", to_text(e.items[0]), to_text(e.items[1]));
    case Expression::Kind::unary:
      return e.op == Operator::not_ ? fmt::format("not {}", part(e.items[0], 3))
                                    : fmt::format("-{}", part(e.items[0], 7));
    case Expression::Kind::binary: {
      const int own = strength(e);
      const int left = is_comparison(e.op) ? own + 1 : own;
      return fmt::format("{} {} {}", part(e.items[0], left), spelling(e.op), part(e.items[1], own + 1));
    }
  }
  return "";
}

std::optional<Expression> as_selector(const Expression& e) {
  if (e.kind == Expression::Kind::selector) return e;
  if (e.kind == Expression::Kind::name) {
    Expression out = e;
    out.kind = Expression::Kind::selector;
    return out;
  }
  if (e.kind != Expression::Kind::binary || e.op != Operator::or_) return std::nullopt;
  auto left = as_selector(e.items[0]);
  const auto right = as_selector(e.items[1]);
  const auto name_alone = [](const auto& s) { return s && !s->has_filter && !s->has_window; };
  if (!name_alone(left) || !name_alone(right)) return std::nullopt;
  left->others.push_back(right->text);
  left->others.insert(left->others.end(), right->others.begin(), right->others.end());
  left->begin = e.begin;
  left->end = e.end;
  return left;
}

double number_of(const Expression& number) {
  KENKO_CHECK(number.kind == Expression::Kind::number, "number_of({})", to_text(number));
  // The per cent sign becomes part of the digits, so that 40% is the same double as 0.4.
  std::string digits = number.text;
  if (number.percent) {
    const size_t e = digits.find_first_of("eE");
    const int64_t exponent =
        e == std::string::npos ? 0 : text::parse_int(digits.substr(digits[e + 1] == '+' ? e + 2 : e + 1)).value_or(0);
    digits = fmt::format("{}e{}", digits.substr(0, e), exponent - 2);
  }
  double value = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string quoted_name(std::string_view name) {
  static constexpr std::string_view kWords[] = {"true", "false", "and", "or", "not"};
  bool plain =
      !name.empty() && is_name_start(name[0]) && name.back() != '.' && name.find("..") == std::string_view::npos;
  for (const char c : name) plain = plain && (is_name_part(c) || c == '.');
  const std::string low = text::lower(name);
  for (const std::string_view w : kWords) plain = plain && low != w;
  return plain ? std::string(name) : fmt::format("`{}`", name);
}

std::optional<int32_t> parse_days(std::string_view text) {
  const int64_t unit = text.ends_with('d') ? 1 : text.ends_with('w') ? 7 : 0;
  if (unit == 0 || text.size() < 2 || text[0] < '0' || text[0] > '9') return std::nullopt;
  const auto n = text::parse_int(text.substr(0, text.size() - 1));
  if (!n || *n < 0 || *n > kMaxDays / unit) return std::nullopt;
  return static_cast<int32_t>(*n * unit);
}

}  // namespace kenko::language
