// The constants of `let:`: a name in an expression, or a window [month], becomes the number, text, flag or duration.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "model/read_parts.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {
namespace {

using language::Expression;
using tree::Node;
using tree::Reader;

// Letters a to z, digits and `_`: what an expression can name without backticks.
bool is_word(std::string_view s) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !s.empty() && letter(s[0]) &&
         std::all_of(s.begin(), s.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool is_language_word(std::string_view name) {
  static constexpr std::string_view kWords[] = {"and",  "or",    "not",      "true", "false",
                                                "life", "value", "currency", "user", "text"};
  const auto filters = vocabulary::filter_words();
  return std::find(std::begin(kWords), std::end(kWords), name) != std::end(kWords) ||
         std::any_of(filters.begin(), filters.end(), [&](const auto& w) { return w.name == name; }) ||
         !vocabulary::find_functions(name).empty();
}

// What a scalar says; nullopt when it can be no constant.
std::optional<Expression> constant_of(const Node& node) {
  Expression text;
  text.kind = Expression::Kind::text;
  text.text = node.text;
  text.end = node.text.size();
  if (node.quoted) return text;
  auto parsed = language::parse(node.text, language::in_text(node.text));
  if (parsed.ok()) {
    using Kind = Expression::Kind;
    const bool negative = parsed->kind == Kind::unary && parsed->op == language::Operator::negate &&
                          parsed->items[0].kind == Kind::number;
    if (negative || parsed->kind == Kind::number || parsed->kind == Kind::flag || parsed->kind == Kind::duration)
      return std::move(*parsed);
  }
  const std::string_view s = node.text;
  const bool word = !s.empty() && s.find_first_of("0123456789([{+-*/=<>!\"`") != 0 &&
                    s.find_first_of("([{*/=<>\"`") == std::string_view::npos;
  return word ? std::optional(text) : std::nullopt;
}

class Placing {
 public:
  Placing(const Model& model, Problems& problems) : model_(&model), problems_(&problems) {}

  void expression(std::optional<Expression>& e, const Node& at) {
    if (!e) return;
    at_ = &at;
    place(*e);
  }

  [[nodiscard]] bool used(const std::string& name) const { return used_.contains(name); }

 private:
  const Constant* find(std::string_view name) {
    for (const Constant& c : model_->constants) {
      if (c.name != name) continue;
      used_.insert(c.name);
      return &c;
    }
    return nullptr;
  }

  void place(Expression& e) {
    if (e.kind == Expression::Kind::name && !e.backticked) {
      if (const Constant* c = find(e.text)) {
        const size_t begin = e.begin;
        const size_t end = e.end;
        e = c->value;
        move_to(e, begin, end);
        return;
      }
    }
    if (!e.window_name.empty()) window(e);
    for (Expression& part : e.items) place(part);
    for (Expression::Named& n : e.named) place(n.value);
  }

  static void move_to(Expression& e, size_t begin, size_t end) {
    e.begin = begin;
    e.end = end;
    e.operator_begin = begin;
    for (Expression& part : e.items) move_to(part, begin, end);
  }

  void window(Expression& e) {
    const Constant* c = find(e.window_name);
    if (c != nullptr && c->value.kind == Expression::Kind::duration && c->value.days >= 1) {
      e.days = c->value.days;
      e.window_name.clear();
      return;
    }
    std::vector<std::string> names = {"life"};
    for (const Constant& other : model_->constants) {
      if (other.value.kind == Expression::Kind::duration) names.push_back(other.name);
    }
    Problem p = model_->document.at(*at_, e.window_begin);
    p.code = c == nullptr ? "unknown-name" : "bad-window";
    p.message = c == nullptr ? fmt::format("there is no constant `{}` for a window", e.window_name)
                             : fmt::format("the constant `{}` is no number of days", e.window_name);
    p.hint = c != nullptr ? fmt::format("let: {{{}: 28d}}", e.window_name)
             : text::closest(e.window_name, names)
                 ? text::did_you_mean(e.window_name, names)
                 : fmt::format("write the days, [28d], or name them above: let: {{{}: 28d}}", e.window_name);
    problems_->push_back(std::move(p));
    e.days = 28;  // so that nothing else is said of it
    e.window_name.clear();
  }

  const Model* model_;
  Problems* problems_;
  const Node* at_ = nullptr;
  std::set<std::string> used_;
};

}  // namespace

void read_constants(Reader& reader, Model& model) {
  const Node* let = reader.find("let");
  if (let == nullptr) return;
  const auto& values = reader.values();
  if (!let->is_map()) {
    reader.add("let", "wrong-type", fmt::format("`let` must be a map from names to values, not {}", kind_name(*let)),
               "for example let: {month: 28d, many: 20}");
    return;
  }
  for (const tree::Entry& e : let->entries) {
    if (!is_word(e.key.text)) {
      values.add(e.key, "bad-name", fmt::format("`{}` cannot be the name of a constant", e.key.text),
                 "letters a to z, digits and `_`, a letter first");
      continue;
    }
    if (is_language_word(e.key.text)) {
      values.add(e.key, "bad-name", fmt::format("`{}` is a word of the language and cannot be a constant", e.key.text),
                 "choose another name");
      continue;
    }
    auto value = e.value.is_scalar() ? constant_of(e.value) : std::nullopt;
    if (!value) {
      const std::string shown =
          e.value.is_scalar() ? fmt::format("`{}`", e.value.text) : std::string(tree::kind_name(e.value));
      values.add(e.value, "wrong-type",
                 fmt::format("the constant `{}` must be a number, a text, true or false, or a number of days, not {}",
                             e.key.text, shown),
                 "constants are plain values: 20, 40%, 28d, enterprise; an expression is a metric without a dimension");
      continue;
    }
    model.constants.push_back({e.key.text, std::move(*value), place_only(e.key)});
  }
}

void place_constants(Model& model, Problems& problems) {
  Placing placing(model, problems);
  for (Metric& m : model.metrics) placing.expression(m.value, m.value_at);
  const auto condition = [&](Condition& c) { placing.expression(c.value, c.at); };
  for (Segment& s : model.segments) condition(s.when);
  for (Segment& s : model.stages) condition(s.when);
  for (Trigger& t : model.triggers) {
    condition(t.when);
    if (t.until) condition(*t.until);
  }
  if (model.accounts.when) condition(*model.accounts.when);
  for (Outcome& o : model.outcomes) {
    placing.expression(o.events, o.events_at);
    if (o.among) condition(*o.among);
  }
  for (const Constant& c : model.constants) {
    const auto same = [&](const Metric& m) { return m.name == c.name; };
    if (std::any_of(model.metrics.begin(), model.metrics.end(), same)) {
      problems.push_back(model.document.problem(c.at, "duplicate-key",
                                                fmt::format("`{}` is both a constant and a metric", c.name),
                                                "call one of them otherwise"));
    } else if (!placing.used(c.name)) {
      problems.push_back(model.document.problem(c.at, "no-effect", fmt::format("no expression uses `{}`", c.name),
                                                "leave it out", Severity::warning));
    }
  }
}

}  // namespace kenko::model
