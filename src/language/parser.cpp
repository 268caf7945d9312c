#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "language/expression.h"
#include "language/lexer.h"

namespace kenko::language {
namespace {

using Kind = Token::Kind;

struct BinaryRule {
  Kind token;
  Operator op;
  int strength;  // binds tighter when greater
};
constexpr int kComparison = 3;
constexpr int kNotOperand = 3;  // `not` takes a comparison
constexpr BinaryRule kBinary[] = {
    {Kind::or_, Operator::or_, 1},
    {Kind::and_, Operator::and_, 2},
    {Kind::equal, Operator::equal, kComparison},
    {Kind::not_equal, Operator::not_equal, kComparison},
    {Kind::less, Operator::less, kComparison},
    {Kind::less_equal, Operator::less_equal, kComparison},
    {Kind::greater, Operator::greater, kComparison},
    {Kind::greater_equal, Operator::greater_equal, kComparison},
    {Kind::plus, Operator::add, 4},
    {Kind::minus, Operator::subtract, 4},
    {Kind::star, Operator::multiply, 5},
    {Kind::slash, Operator::divide, 5},
};

// Words of other languages that stand where an operator should.
constexpr std::pair<std::string_view, std::string_view> kForeignWords[] = {
    {"in", "write one_of(x, \"a\", \"b\")"},
    {"is", "compare with `=`, or write is_empty(x)"},
    {"like", "write starts_with(x, \"a\"), ends_with(x, \"a\") or contains(x, \"a\")"},
    {"between", "write x >= 1 and x <= 9"},
    {"where", "a filter stands in braces behind the event: ticket.opened{severity = \"high\"}[28d]"},
};

constexpr std::string_view kEventsHint =
    "a window stands right behind an event's name, or behind several: (login or feature.used)[28d]";

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::vector<Fault>& faults) : tokens_(std::move(tokens)), faults_(&faults) {}

  std::optional<Expression> run() {
    if (is(Kind::end)) {
      fault(here(), "bad-expression", "the expression is empty", "for example count(login[28d])");
      return std::nullopt;
    }
    auto expression = binary(1);
    if (expression && !is(Kind::end)) unexpected_after();
    return expression;
  }

 private:
  [[nodiscard]] const Token& here() const { return tokens_[at_]; }
  [[nodiscard]] const Token& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  [[nodiscard]] bool is(Kind kind) const { return here().kind == kind; }
  Token take() {
    Token t = here();
    if (at_ + 1 < tokens_.size()) ++at_;
    return t;
  }

  void fault(const Token& t, std::string code, std::string message, std::string hint = "") {
    fault_at(t.begin, std::move(code), std::move(message), std::move(hint));
  }
  void fault_at(size_t offset, std::string code, std::string message, std::string hint = "") {
    // One complaint per place: what follows from a first mistake is noise.
    for (const Fault& f : *faults_) {
      if (f.offset == offset) return;
    }
    faults_->push_back({offset, std::move(code), std::move(message), std::move(hint)});
  }

  static std::string shown(const Token& t) {
    if (t.kind == Kind::end) return "the end";
    if (t.kind == Kind::text) return fmt::format("\"{}\"", t.text);
    if (t.kind == Kind::backticked) return fmt::format("the name `{}`", t.text);
    if (t.kind == Kind::percent) return fmt::format("`{}%`", t.text);
    return fmt::format("`{}`", t.text);
  }

  void unexpected_after() {
    const Token& t = here();
    if (t.kind == Kind::close_paren || t.kind == Kind::close_brace || t.kind == Kind::close_bracket) {
      fault(t, "bad-expression", fmt::format("`{}` closes nothing", t.text), "take it away, or open it before");
      return;
    }
    std::string hint = "is an operator or a comma missing?";
    if (t.kind == Kind::name) {
      for (const auto& [word, remedy] : kForeignWords) {
        if (text::lower(t.text) == word) hint = remedy;
      }
    }
    if (t.kind == Kind::open_brace) hint = "a filter stands right behind an event's name, before the window";
    if (t.kind == Kind::open_bracket) hint = kEventsHint;
    if (t.kind == Kind::comma && t.text == ",")
      hint = "a comma separates the arguments of a function; the decimal sign is a point";
    if (t.kind == Kind::colon) hint = "a colon names an argument of a function: half_life: 14d";
    fault(t, "bad-expression", fmt::format("the expression is complete before {}", shown(t)), std::move(hint));
  }

  // Skips to the next `,` or closing sign of the bracket that is open here, jumping over inner brackets.
  void recover(Kind closer) {
    int depth = 0;
    while (!is(Kind::end)) {
      const Kind k = here().kind;
      if (depth == 0 && (k == closer || k == Kind::comma)) return;
      if (k == Kind::open_paren || k == Kind::open_brace || k == Kind::open_bracket) ++depth;
      if (k == Kind::close_paren || k == Kind::close_brace || k == Kind::close_bracket) {
        if (depth == 0) return;
        --depth;
      }
      take();
    }
  }

  // Takes the closing sign; a missing one is reported where the bracket opened.
  bool close(Kind closer, std::string_view sign, const Token& opener) {
    if (is(closer)) {
      take();
      return true;
    }
    if (is(Kind::end)) {
      // A text that is never closed swallows the closing signs of everything around it.
      const bool swallowed = std::any_of(faults_->begin(), faults_->end(), [&](const Fault& f) {
        return f.code == "never-closed" && f.offset > opener.begin;
      });
      if (!swallowed)
        fault(opener, "never-closed", fmt::format("this `{}` is never closed", opener.text),
              fmt::format("close it with `{}`", sign));
    } else {
      unexpected_inside(sign);
    }
    return false;
  }

  void unexpected_inside(std::string_view sign) {
    const Token& t = here();
    if (t.kind == Kind::close_paren || t.kind == Kind::close_brace || t.kind == Kind::close_bracket) {
      fault(t, "bad-expression", fmt::format("`{}` is expected before `{}`", sign, t.text),
            "brackets must close in the order they opened");
      return;
    }
    std::string hint = "is an operator or a comma missing?";
    if (t.kind == Kind::open_bracket) hint = kEventsHint;
    for (const auto& [word, remedy] : kForeignWords) {
      if (t.kind == Kind::name && text::lower(t.text) == word) hint = remedy;
    }
    fault(t, "bad-expression", fmt::format("`{}` is expected before {}", sign, shown(t)), std::move(hint));
  }

  [[nodiscard]] bool too_deep(const Token& t, size_t depth) {
    if (depth <= kMaxDepth) return false;
    if (!depth_reported_)
      fault(t, "too-deep", fmt::format("the expression is nested more than {} deep", kMaxDepth), "split it");
    depth_reported_ = true;
    return true;
  }

  static void adopt(Expression& parent, Expression child) {
    parent.depth = std::max(parent.depth, child.depth + 1);
    parent.items.push_back(std::move(child));
  }

  std::optional<Expression> binary(int least) {
    auto left = unary(least);
    if (!left) return std::nullopt;
    for (;;) {
      const auto* rule = std::find_if(std::begin(kBinary), std::end(kBinary),
                                      [&](const BinaryRule& r) { return r.token == here().kind; });
      if (rule == std::end(kBinary) || rule->strength < least) return left;
      const Token op = take();
      auto right = binary(rule->strength + 1);
      if (!right) return std::nullopt;
      Expression e;
      e.kind = Expression::Kind::binary;
      e.op = rule->op;
      e.operator_begin = op.begin;
      e.begin = left->begin;
      e.end = right->end;
      adopt(e, std::move(*left));
      adopt(e, std::move(*right));
      if (too_deep(op, e.depth)) return std::nullopt;
      if (rule->strength == kComparison && is_comparison_token()) {
        fault(here(), "bad-expression", "comparisons cannot be chained", "write a < b and b < c");
        return std::nullopt;
      }
      left = std::move(e);
    }
  }

  [[nodiscard]] bool is_comparison_token() const {
    return std::any_of(std::begin(kBinary), std::end(kBinary),
                       [&](const BinaryRule& r) { return r.token == here().kind && r.strength == kComparison; });
  }

  std::optional<Expression> unary(int least) {
    if (!is(Kind::minus) && !is(Kind::not_)) return primary();
    const Token op = take();
    if (too_deep(op, ++nesting_)) return std::nullopt;
    const bool minus = op.kind == Kind::minus;
    if (!minus && least > kNotOperand) {
      fault(op, "bad-expression", "`not` cannot stand here", "put it and what it denies in parentheses");
      return std::nullopt;
    }
    auto operand = minus ? unary(6) : binary(kNotOperand);
    --nesting_;
    if (!operand) return std::nullopt;
    Expression e;
    e.kind = Expression::Kind::unary;
    e.op = minus ? Operator::negate : Operator::not_;
    e.begin = e.operator_begin = op.begin;
    e.end = operand->end;
    adopt(e, std::move(*operand));
    if (too_deep(op, e.depth)) return std::nullopt;
    return e;
  }

  static Expression leaf(Expression::Kind kind, const Token& t) {
    Expression e;
    e.kind = kind;
    e.begin = t.begin;
    e.end = t.end;
    e.text = t.text;
    e.days = t.days;
    return e;
  }

  std::optional<Expression> primary() {
    const Token t = here();
    switch (t.kind) {
      case Kind::number:
      case Kind::percent: {
        Expression e = leaf(Expression::Kind::number, take());
        e.percent = t.kind == Kind::percent;
        return e;
      }
      case Kind::duration:
        return leaf(Expression::Kind::duration, take());
      case Kind::text:
        return leaf(Expression::Kind::text, take());
      case Kind::true_:
      case Kind::false_: {
        Expression e = leaf(Expression::Kind::flag, take());
        e.flag = t.kind == Kind::true_;
        return e;
      }
      case Kind::name:
      case Kind::backticked:
        return named();
      case Kind::open_paren:
        return nested([&] { return parenthesis(); });
      case Kind::open_bracket:
        return nested([&] { return list(); });
      default:
        break;
    }
    missing_operand(t);
    return std::nullopt;
  }

  void missing_operand(const Token& t) {
    std::string hint;
    if (t.kind == Kind::open_brace)
      hint = "a filter stands right behind an event's name: ticket.opened{severity = \"high\"}[28d]";
    if (t.kind == Kind::plus) hint = "a number needs no `+`";
    fault(t, "bad-expression", fmt::format("a value is expected before {}", shown(t)), std::move(hint));
  }

  template <typename F>
  std::optional<Expression> nested(const F& parse) {
    if (too_deep(here(), nesting_ + 1)) return std::nullopt;
    ++nesting_;
    auto e = parse();
    --nesting_;
    return e;
  }

  // Stands for a bracket that closed properly around a mistake, which is reported: so that what follows is read too.
  static Expression placeholder(const Token& open, size_t end) {
    Expression e = leaf(Expression::Kind::number, open);
    e.end = end;
    return e;
  }

  std::optional<Expression> parenthesis() {
    const Token open = take();
    auto inner = binary(1);
    if (!inner) recover(Kind::close_paren);
    if (inner && is(Kind::comma)) {
      fault(here(), "bad-expression", "a comma stands in parentheses without a function",
            "the decimal sign is a point");
      return std::nullopt;
    }
    const size_t end = here().end;
    if (!close(Kind::close_paren, ")", open)) return std::nullopt;
    if (!inner) return placeholder(open, end);
    inner->begin = open.begin;
    inner->end = end;
    if (!is(Kind::open_brace) && !is(Kind::open_bracket)) return inner;
    auto events = as_selector(*inner);
    const bool names_alone = events && !events->has_filter && !events->has_window;
    if (!names_alone) return inner;  // what follows is reported by the caller
    return nested([&] { return selector(std::move(*events)); });
  }

  std::optional<Expression> list() {
    const Token open = take();
    Expression e;
    e.kind = Expression::Kind::list;
    e.begin = open.begin;
    while (!is(Kind::close_bracket) && !is(Kind::end)) {
      auto item = list_item();
      if (item) adopt(e, std::move(*item));
      if (!item) recover(Kind::close_bracket);
      if (!is(Kind::comma)) break;
      take();
    }
    e.end = here().end;
    if (!close(Kind::close_bracket, "]", open)) return std::nullopt;
    return e;
  }

  std::optional<Expression> list_item() {
    auto first = binary(1);
    if (!first || !is(Kind::colon)) return first;
    take();
    auto second = binary(1);
    if (!second) return std::nullopt;
    Expression pair;
    pair.kind = Expression::Kind::pair;
    pair.begin = first->begin;
    pair.end = second->end;
    adopt(pair, std::move(*first));
    adopt(pair, std::move(*second));
    return pair;
  }

  // A name, a call or a selector.
  std::optional<Expression> named() {
    const Token t = take();
    if (is(Kind::open_paren)) {
      if (t.kind == Kind::backticked) fault(t, "bad-expression", "a function's name stands without backticks");
      return nested([&] { return call(t); });
    }
    Expression e = leaf(Expression::Kind::name, t);
    e.backticked = t.kind == Kind::backticked;
    if (!is(Kind::open_brace) && !is(Kind::open_bracket)) return e;
    e.kind = Expression::Kind::selector;
    return nested([&] { return selector(std::move(e)); });
  }

  std::optional<Expression> selector(Expression e) {
    bool closed = true;
    if (is(Kind::open_brace)) closed = filter(e);
    if (is(Kind::open_bracket)) closed = window(e) && closed;
    if (is(Kind::open_brace)) {
      const bool twice = e.has_filter;
      fault(here(), "bad-expression", twice ? "a second filter stands here" : "the filter stands behind the window",
            twice ? "join the two with `and`" : "the filter comes first: ticket.opened{severity = \"high\"}[28d]");
      take();
      recover(Kind::close_brace);
      closed = closed && is(Kind::close_brace);
      if (is(Kind::close_brace)) take();
    }
    if (!closed) return std::nullopt;
    return e;
  }

  // False when the brace is not closed.
  bool filter(Expression& e) {
    const Token open = take();
    if (is(Kind::close_brace)) {
      fault(open, "bad-expression", "the filter is empty", "take the braces away");
      take();
      return true;
    }
    auto condition = binary(1);
    if (!condition) recover(Kind::close_brace);
    if (is(Kind::comma)) {
      fault(here(), "bad-expression", "a comma stands in the filter", "join conditions with `and` or `or`");
      while (is(Kind::comma)) {
        take();
        recover(Kind::close_brace);
      }
    }
    e.end = here().end;
    if (!close(Kind::close_brace, "}", open)) return false;
    e.has_filter = condition.has_value();
    if (condition) adopt(e, std::move(*condition));
    return true;
  }

  // False when the bracket is not closed.
  bool window(Expression& e) {
    const Token open = take();
    if (is(Kind::duration)) {
      const Token length = take();
      e.has_window = true;
      e.days = length.days;
      e.window_begin = length.begin;
      if (length.days < 1)
        fault(length, "out-of-range", "a window must have at least one day", "1d is the as-of day alone");
    } else if (is(Kind::name)) {
      const Token name = take();
      e.has_window = true;
      e.whole_life = name.text == "life";
      if (!e.whole_life) e.window_name = name.text;
      e.window_begin = name.begin;
    } else if (!is(Kind::end)) {
      const std::string hint = is(Kind::number) ? fmt::format("write {}d", here().text) : "for example login[28d]";
      fault(here(), "bad-expression", fmt::format("the length of the window is expected before {}", shown(here())),
            hint);
      recover(Kind::close_bracket);
    }
    e.end = here().end;
    return close(Kind::close_bracket, "]", open);
  }

  std::optional<Expression> call(const Token& name) {
    Expression e = leaf(Expression::Kind::call, name);
    const Token open = take();
    while (!is(Kind::close_paren) && !is(Kind::end)) {
      if (!argument(e)) recover(Kind::close_paren);
      if (!is(Kind::comma)) break;
      const Token comma = take();
      if (is(Kind::close_paren)) fault(comma, "bad-expression", "an argument is missing behind this comma");
    }
    e.end = here().end;
    if (!close(Kind::close_paren, ")", open)) return std::nullopt;
    return e;
  }

  bool argument(Expression& e) {
    if (is(Kind::name) && next().kind == Kind::colon) {
      const Token name = take();
      take();
      auto value = binary(1);
      if (!value) return false;
      const bool twice =
          std::any_of(e.named.begin(), e.named.end(), [&](const auto& n) { return n.name == name.text; });
      if (twice) {
        fault(name, "bad-expression", fmt::format("`{}` is given twice", name.text));
        return false;
      }
      e.depth = std::max(e.depth, value->depth + 1);
      e.named.push_back({name.text, name.begin, std::move(*value)});
      return true;
    }
    const Token start = here();
    auto value = binary(1);
    if (!value) return false;
    if (!e.named.empty()) {
      fault(start, "bad-expression", "an argument without a name stands behind a named one", "put it first");
      return false;
    }
    adopt(e, std::move(*value));
    return true;
  }

  std::vector<Token> tokens_;
  std::vector<Fault>* faults_;
  size_t at_ = 0;
  size_t nesting_ = 0;
  bool depth_reported_ = false;
};

}  // namespace

Result<Expression> parse(std::string_view text, const At& at) {
  std::vector<Fault> faults;
  std::optional<Expression> expression;
  if (text.size() > kMaxBytes) {
    faults.push_back({0, "too-large", fmt::format("the expression has more than {} bytes", kMaxBytes), "split it"});
  } else {
    expression = Parser(tokenize(text, faults), faults).run();
  }
  if (faults.empty() && expression) return std::move(*expression);
  KENKO_CHECK(!faults.empty(), "no expression and no fault: {}", text);
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  // More than a screen of them helps nobody.
  constexpr size_t kMostProblems = 20;
  if (faults.size() > kMostProblems) faults.resize(kMostProblems);
  Problems problems;
  for (Fault& f : faults) {
    Problem p = at(f.offset);
    p.code = std::move(f.code);
    p.message = std::move(f.message);
    p.hint = std::move(f.hint);
    problems.push_back(std::move(p));
  }
  return problems;
}

}  // namespace kenko::language
