#include "model/check_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace kenko::model {
namespace {

using language::Expression;
using language::Operator;
using vocabulary::ArgumentKind;
using vocabulary::Function;
using vocabulary::FunctionId;
using vocabulary::Parameter;

// What the same thing is called elsewhere.
constexpr std::pair<std::string_view, std::string_view> kForeignFunctions[] = {
    {"avg", "mean"},
    {"average", "mean"},
    {"unique", "distinct"},
    {"nunique", "distinct"},
    {"count_distinct", "distinct"},
    {"uniq", "distinct"},
    {"users", "distinct"},
    {"days_active", "active_days"},
    {"recency", "days_since"},
    {"number", "count"},
    {"ifnull", "coalesce"},
    {"nvl", "coalesce"},
    {"case", "if"},
    {"iff", "if"},
    {"trend", "slope"},
    {"growth", "change"},
    {"total", "sum"},
    {"attribute", "attr"},
    {"least", "min"},
    {"greatest", "max"},
};

std::string_view type_name(Type t) {
  return t == Type::number ? "a number" : t == Type::flag ? "true or false" : "a text";
}

bool is_events(const Expression& e) { return e.kind == Expression::Kind::name || e.kind == Expression::Kind::selector; }

class Check {
 public:
  Check(const Context& context, const std::string& outcome, const language::At& at, Problems& problems)
      : context_(&context), outcome_(&outcome), at_(&at), problems_(&problems) {}

  std::optional<Type> type_of(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::number:
        return Type::number;
      case Expression::Kind::text:
        return Type::text;
      case Expression::Kind::flag:
        return Type::flag;
      case Expression::Kind::unary:
        return expect(e.items[0], e.op == Operator::not_ ? Type::flag : Type::number, spelling(e.op));
      case Expression::Kind::binary:
        return binary(e);
      case Expression::Kind::call:
        return call(e);
      case Expression::Kind::name:
      case Expression::Kind::selector:
        loose_events(e);
        return std::nullopt;
      case Expression::Kind::duration:
        add(e.begin, "wrong-type", fmt::format("the duration {}d is no value", e.days),
            "write the number alone to compare with a number of days");
        return std::nullopt;
      case Expression::Kind::list:
      case Expression::Kind::pair:
        add(e.begin, "wrong-type", "a list in brackets is no value",
            "lists are for decayed_count(login, steps: [30d: 1, 60d: 0.5])");
        return std::nullopt;
    }
    return std::nullopt;
  }

  Reads take_reads() {
    for (auto* names : {&reads_.events, &reads_.attributes}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
    return std::move(reads_);
  }

 private:
  void add(size_t offset, std::string code, std::string message, std::string hint = "") {
    Problem p = (*at_)(offset);
    p.code = std::move(code);
    p.message = std::move(message);
    p.hint = std::move(hint);
    problems_->push_back(std::move(p));
  }

  // Checks `e` and that it has the type; `where` names who wants it.
  std::optional<Type> expect(const Expression& e, Type wanted, std::string_view where) {
    const auto type = type_of(e);
    if (!type) return std::nullopt;
    if (*type != wanted) {
      std::string hint;
      if (wanted == Type::flag) hint = "compare it: count(login[28d]) > 0";
      add(e.begin, "wrong-type",
          fmt::format("`{}` needs {} here, and this is {}", where, type_name(wanted), type_name(*type)), hint);
      return std::nullopt;
    }
    return wanted;
  }

  std::optional<Type> binary(const Expression& e) {
    if (e.op == Operator::and_ || e.op == Operator::or_ || !is_comparison(e.op)) {
      const Type wanted = e.op == Operator::and_ || e.op == Operator::or_ ? Type::flag : Type::number;
      const auto left = expect(e.items[0], wanted, spelling(e.op));
      const auto right = expect(e.items[1], wanted, spelling(e.op));
      return left && right ? left : std::nullopt;
    }
    const auto left = type_of(e.items[0]);
    const auto right = type_of(e.items[1]);
    if (!left || !right) return std::nullopt;
    if (*left != *right) {
      add(e.operator_begin, "wrong-type", fmt::format("{} is compared with {}", type_name(*left), type_name(*right)),
          *left == Type::text || *right == Type::text ? "texts stand in double quotes, numbers without" : "");
      return std::nullopt;
    }
    if (*left != Type::number && e.op != Operator::equal && e.op != Operator::not_equal) {
      add(e.operator_begin, "wrong-type",
          fmt::format("texts and flags have no order: `{}` only compares numbers", spelling(e.op)), "use `=` or `!=`");
      return std::nullopt;
    }
    return Type::flag;
  }

  // An event where a number should stand.
  void loose_events(const Expression& e) {
    const std::string name = language::quoted_name(e.text);
    if (e.kind == Expression::Kind::selector) {
      add(e.begin, "wrong-type", fmt::format("the events `{}` are no value by themselves", name),
          fmt::format("put them into a function: count({})", language::to_text(e)));
    } else if (std::binary_search(context_->events.begin(), context_->events.end(), e.text)) {
      add(e.begin, "wrong-type", fmt::format("`{}` is an event, not a value", name),
          fmt::format("put it into a function: count({}[28d])", name));
    } else if (context_->attributes.contains(e.text)) {
      add(e.begin, "wrong-type", fmt::format("`{}` is an attribute", name), fmt::format("write attr({})", name));
    } else {
      const auto functions = vocabulary::find_functions(e.text);
      add(e.begin, "unknown-name", fmt::format("`{}` is neither an event nor an attribute", name),
          functions.empty() ? "values are written like count(login[28d]) or attr(plan); texts stand in double quotes"
                            : fmt::format("a function has parentheses: {}",
                                          functions[0]->built ? functions[0]->example : functions[0]->name));
    }
  }

  std::optional<Type> call(const Expression& e) {
    const Function* f = resolve_call(e);
    if (f == nullptr) {
      unknown_function(e);
      return std::nullopt;
    }
    if (!arguments_fit_in_number(e, *f) || !named_fit(e, *f)) return std::nullopt;
    bool good = true;
    std::optional<Type> any;
    for (size_t i = 0; i < e.items.size(); ++i) {
      const Parameter& p = positional(*f, i);
      if (p.kind == ArgumentKind::any) {
        const auto type = any ? expect(e.items[i], *any, f->name) : type_of(e.items[i]);
        good = good && type;
        if (!any) any = type;
      } else {
        good = argument(e.items[i], p, *f) && good;
      }
    }
    for (const Expression::Named& n : e.named) {
      const auto p = std::find_if(f->parameters.begin(), f->parameters.end(),
                                  [&](const Parameter& q) { return q.named && q.name == n.name; });
      good = argument(n.value, *p, *f) && good;
    }
    if (f->id == FunctionId::slope && e.items[0].has_window && (e.items[0].days < 14 || e.items[0].days % 7 != 0)) {
      add(e.items[0].window_begin, "out-of-range",
          fmt::format("the window of slope must be whole weeks, at least two, not {}d", e.items[0].days),
          "for example [8w]");
      good = false;
    }
    if (f->id == FunctionId::seats || f->id == FunctionId::arr) reads_.contracts = true;
    if (!good) return std::nullopt;
    if (f->result == vocabulary::ResultKind::argument) return any;
    if (f->result == vocabulary::ResultKind::attribute) return attribute_type(e.items[0]);
    return Type::number;
  }

  void unknown_function(const Expression& e) {
    const auto rows = vocabulary::find_functions(e.text);
    if (!rows.empty()) {
      add(e.begin, "not-yet", fmt::format("the function `{}` ({}) is not there yet", e.text, rows[0]->doc),
          "docs/GRAMMAR.md lists the functions that are");
      return;
    }
    const std::string low = text::lower(e.text);
    for (const auto& [foreign, ours] : kForeignFunctions) {
      if (low == foreign) {
        add(e.begin, "unknown-function", fmt::format("there is no function `{}`", e.text),
            fmt::format("it is called `{}` here", ours));
        return;
      }
    }
    add(e.begin, "unknown-function", fmt::format("there is no function `{}`", e.text),
        text::did_you_mean(e.text, vocabulary::function_names()));
  }

  static const Parameter& positional(const Function& f, size_t i) {
    size_t last = 0;
    for (size_t k = 0; k < f.parameters.size(); ++k) {
      if (!f.parameters[k].named) last = k;
    }
    return f.parameters[std::min(i, last)];
  }

  bool arguments_fit_in_number(const Expression& e, const Function& f) {
    size_t least = 0;
    size_t most = 0;
    for (const Parameter& p : f.parameters) {
      if (p.named) continue;
      least += p.optional ? 0 : 1;
      most += p.repeated ? language::kMaxBytes : 1;
    }
    if (e.items.size() >= least && e.items.size() <= most) return true;
    const size_t begin = e.items.size() > most ? e.items[most].begin : e.begin;
    add(begin, "wrong-arguments",
        fmt::format("`{}` takes {}, not {}: {}", f.name, counted(least, most), e.items.size(), signature(f)),
        fmt::format("for example {}", f.example));
    return false;
  }

  static std::string counted(size_t least, size_t most) {
    if (most >= language::kMaxBytes) return fmt::format("at least {} argument{}", least, least == 1 ? "" : "s");
    if (most == 0) return "no arguments";
    const std::string range = least == most ? fmt::format("{}", least) : fmt::format("{} or {}", least, most);
    return fmt::format("{} argument{}", range, most == 1 ? "" : "s");
  }

  bool named_fit(const Expression& e, const Function& f) {
    std::vector<std::string> names;
    for (const Parameter& p : f.parameters) {
      if (p.named) names.emplace_back(p.name);
    }
    bool good = true;
    for (const Expression::Named& n : e.named) {
      if (std::find(names.begin(), names.end(), n.name) != names.end()) continue;
      add(n.begin, "wrong-arguments", fmt::format("`{}` has no argument `{}`", f.name, n.name),
          text::did_you_mean(n.name, names));
      good = false;
    }
    if (good && !names.empty() && e.named.size() != 1) {
      add(e.begin, "wrong-arguments", fmt::format("`{}` needs either `{}:`", f.name, text::join(names, ":` or `")),
          fmt::format("for example {}", f.example));
      good = false;
    }
    return good;
  }

  bool argument(const Expression& e, const Parameter& p, const Function& f) {
    switch (p.kind) {
      case ArgumentKind::windowed_events:
      case ArgumentKind::all_events:
        return events(e, p.kind == ArgumentKind::windowed_events, f);
      case ArgumentKind::number_field:
      case ArgumentKind::distinct_field:
        return field(e, p.kind == ArgumentKind::distinct_field, f);
      case ArgumentKind::duration:
        return duration(e, p, f);
      case ArgumentKind::steps:
        return steps(e);
      case ArgumentKind::key:
        return key(e);
      case ArgumentKind::number:
        return expect(e, Type::number, f.name).has_value();
      case ArgumentKind::flag:
        return expect(e, Type::flag, f.name).has_value();
      case ArgumentKind::any:
        return type_of(e).has_value();
      default:
        break;
    }
    return false;
  }

  bool events(const Expression& e, bool windowed, const Function& f) {
    if (!is_events(e)) {
      add(e.begin, "wrong-type", fmt::format("`{}` needs events here: {}", f.name, signature(f)),
          fmt::format("for example {}", f.example));
      return false;
    }
    bool good = known_event(e);
    if (windowed && !e.has_window) {
      add(e.end, "bad-window", fmt::format("`{}` needs a window of days behind the event", f.name),
          fmt::format("for example {}[28d]", language::to_text(e)));
      good = false;
    }
    if (!windowed && e.has_window) {
      add(e.window_begin, "bad-window",
          fmt::format("`{}` looks at the whole life of an account and takes no window", f.name),
          "take the window away");
      good = false;
    }
    if (e.has_filter) {
      const size_t before = problems_->size();
      check_filter(e.items[0], *at_, *problems_);
      good = good && problems_->size() == before;
    }
    return good;
  }

  bool known_event(const Expression& e) {
    if (vocabulary::is_outcome_event(e.text) || e.text == *outcome_) {
      add(e.begin, "outcome-as-input",
          fmt::format("`{}` is an outcome: a metric that reads it would foretell what has already happened", e.text),
          "leave it to `outcome:`; measure what comes before it");
      return false;
    }
    if (std::binary_search(context_->events.begin(), context_->events.end(), e.text)) {
      reads_.events.push_back(e.text);
      return true;
    }
    std::string hint = text::did_you_mean(e.text, context_->events);
    if (context_->events.empty())
      hint = "no source has any events yet: import some first, or list them under `emits:` in kenko.yaml";
    add(e.begin, "unknown-event", fmt::format("no source emits the event `{}`", e.text), std::move(hint));
    return false;
  }

  bool field(const Expression& e, bool distinct, const Function& f) {
    if (e.kind != Expression::Kind::name) {
      const bool mood = e.kind == Expression::Kind::call && !vocabulary::find_functions(e.text).empty();
      if (mood) {
        unknown_or_misplaced(e, f);
      } else {
        add(e.begin, "wrong-type", fmt::format("`{}` needs the name of a field here: {}", f.name, signature(f)),
            e.kind == Expression::Kind::text
                ? fmt::format("names stand without quotes: {}", language::quoted_name(e.text))
                : fmt::format("for example {}", f.example));
      }
      return false;
    }
    if (e.backticked) return true;
    if (e.text == "text" || e.text.starts_with("user.")) {
      add(e.begin, "not-yet", fmt::format("the field `{}` cannot be read yet", e.text),
          fmt::format("if it is a property of the event, put it in backticks: `{}`", e.text));
      return false;
    }
    if (distinct && (e.text == "value" || e.text == "currency")) {
      add(e.begin, "wrong-type", fmt::format("distinct counts users or values of a property, not `{}`", e.text),
          "for example distinct(login[28d], user)");
      return false;
    }
    if (!distinct && (e.text == "user" || e.text == "currency")) {
      add(e.begin, "wrong-type", fmt::format("`{}` is no number, so `{}` cannot be taken of it", e.text, f.name),
          e.text == "user" ? "to count different users: distinct(login[28d], user)" : "");
      return false;
    }
    return true;
  }

  void unknown_or_misplaced(const Expression& e, const Function& f) {
    if (resolve_call(e) == nullptr) {
      unknown_function(e);
    } else {
      add(e.begin, "wrong-type", fmt::format("`{}` needs the name of a field here: {}", f.name, signature(f)),
          fmt::format("for example {}", f.example));
    }
  }

  bool duration(const Expression& e, const Parameter& p, const Function& f) {
    if (e.kind == Expression::Kind::duration && e.days >= 1) return true;
    std::string hint = fmt::format("for example {}", f.example);
    if (e.kind == Expression::Kind::number) hint = fmt::format("write {}d", e.text);
    add(e.begin, e.kind == Expression::Kind::duration ? "out-of-range" : "wrong-type",
        fmt::format("`{}` of `{}` must be a number of days, at least 1d", p.name, f.name), std::move(hint));
    return false;
  }

  bool steps(const Expression& e) {
    constexpr std::string_view kHint =
        "for example steps: [30d: 1, 60d: 0.5]: ages below 30 days count 1, below 60 days a half";
    if (e.kind != Expression::Kind::list || e.items.empty()) {
      add(e.begin, "wrong-type", "`steps` must be a list of ages and weights", std::string(kHint));
      return false;
    }
    bool good = true;
    int32_t previous = 0;
    for (const Expression& item : e.items) {
      const bool pair = item.kind == Expression::Kind::pair && item.items[0].kind == Expression::Kind::duration &&
                        item.items[1].kind == Expression::Kind::number;
      if (!pair) {
        add(item.begin, "wrong-type", "a step is an age in days and a weight", std::string(kHint));
        return false;
      }
      if (item.items[0].days <= previous) {
        add(item.begin, "out-of-range",
            fmt::format("the ages of steps must rise: {}d stands behind {}d", item.items[0].days, previous),
            std::string(kHint));
        good = false;
      }
      previous = item.items[0].days;
      const ParsedDecimal weight = decimal_of(item.items[1]);
      if (weight.fault != ParsedDecimal::Fault::none || weight.rounded || weight.value > Decimal::whole(1000)) {
        add(item.items[1].begin, "out-of-range", "a weight must be between 0 and 1000 with at most 6 decimal places");
        good = false;
      }
    }
    return good;
  }

  bool key(const Expression& e) {
    if (e.kind != Expression::Kind::name) {
      add(e.begin, "wrong-type", "`attr` needs the name of an attribute",
          e.kind == Expression::Kind::text
              ? fmt::format("names stand without quotes: attr({})", language::quoted_name(e.text))
              : "for example attr(plan)");
      return false;
    }
    const auto found = context_->attributes.find(e.text);
    if (found == context_->attributes.end()) {
      std::vector<std::string> known;
      for (const auto& [name, type] : context_->attributes) known.push_back(name);
      add(e.begin, "unknown-attribute", fmt::format("no source gives accounts the attribute `{}`", e.text),
          text::did_you_mean(e.text, known));
      return false;
    }
    if (context_->conflicting.contains(e.text)) {
      add(e.begin, "attribute-type", fmt::format("two sources give the attribute `{}` with different types", e.text),
          "make them agree in kenko.yaml");
      return false;
    }
    if (found->second == facts::AttributeType::day) {
      add(e.begin, "not-yet", fmt::format("`{}` is a day, and days cannot be used in metrics yet", e.text));
      return false;
    }
    reads_.attributes.push_back(e.text);
    return true;
  }

  Type attribute_type(const Expression& e) const {
    switch (context_->attributes.at(e.text)) {
      case facts::AttributeType::text:
        return Type::text;
      case facts::AttributeType::flag:
        return Type::flag;
      default:
        return Type::number;
    }
  }

  const Context* context_;
  const std::string* outcome_;
  const language::At* at_;
  Problems* problems_;
  Reads reads_;
};

}  // namespace

const Function* resolve_call(const Expression& call) {
  const bool of_events = !call.items.empty() && is_events(call.items[0]);
  const Function* found = nullptr;
  for (const Function* f : vocabulary::find_functions(call.text)) {
    if (!f->built) continue;
    if (found == nullptr || f->is_aggregate() == of_events) found = f;
  }
  return found;
}

Checked check_expression(const Expression& expression, const Context& context, const std::string& outcome,
                         const language::At& at, Problems& problems) {
  Check check(context, outcome, at, problems);
  Checked out;
  out.type = check.type_of(expression);
  out.reads = check.take_reads();
  return out;
}

}  // namespace kenko::model
