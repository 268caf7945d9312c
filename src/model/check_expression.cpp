#include "model/check_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "model/check_argument.h"
#include "model/units.h"

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
    {"power_users", "users_with"},
    {"percent_rank", "percentile"},
    {"rank", "percentile"},
    {"zscore", "vs_own_baseline"},
    {"ln", "log1p"},
    {"log", "log1p"},
    {"age", "tenure"},
    {"latest", "last"},
    {"earliest", "first"},
    {"yoy", "same_period_last_year"},
};

std::string_view type_name(Type t) {
  return t == Type::number ? "a number" : t == Type::flag ? "true or false" : "a text";
}

// Several events, or one with a filter or a window: nothing that could be a value.
bool is_selector(const Expression& e) {
  return e.kind != Expression::Kind::name && language::as_selector(e).has_value();
}

bool is_filter_word(std::string_view name) {
  const auto words = vocabulary::filter_words();
  return std::any_of(words.begin(), words.end(), [&](const vocabulary::Word& w) { return w.name == name; });
}

struct Meaning {
  Type type = Type::number;
  std::string unit = {};
};

class Check {
 public:
  Check(const Context& context, const Model& model, const language::At& at, Problems& problems)
      : context_(&context),
        model_(&model),
        at_(&at),
        problems_(&problems),
        arguments_(context, model, at, problems, reads_) {}

  std::optional<Meaning> meaning_of(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::number:
        return Meaning{Type::number, std::string(e.percent ? kShare : kLiteral)};
      case Expression::Kind::text:
        return Meaning{Type::text};
      case Expression::Kind::flag:
        return Meaning{Type::flag};
      case Expression::Kind::unary:
        return expect(e.items[0], e.op == Operator::not_ ? Type::flag : Type::number, spelling(e.op));
      case Expression::Kind::binary:
        return binary(e);
      case Expression::Kind::call:
        return call(e);
      case Expression::Kind::name:
      case Expression::Kind::selector:
        return name(e);
      case Expression::Kind::duration:
        add(e.begin, "wrong-type", fmt::format("the duration {}d is no value", e.days),
            fmt::format("write the number alone to compare with a number of days: {}", e.days));
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
    for (auto* names : {&reads_.events, &reads_.attributes, &reads_.metrics}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
    return std::move(reads_);
  }

 private:
  void add(size_t offset, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error) {
    Problem p = (*at_)(offset);
    p.code = std::move(code);
    p.message = std::move(message);
    p.hint = std::move(hint);
    p.severity = severity;
    problems_->push_back(std::move(p));
  }

  // Checks `e` and that it has the type; `where` names who wants it.
  std::optional<Meaning> expect(const Expression& e, Type wanted, std::string_view where) {
    auto meaning = meaning_of(e);
    if (!meaning) return std::nullopt;
    if (meaning->type != wanted) {
      std::string hint;
      if (wanted == Type::flag) hint = "compare it: count(login[28d]) > 0";
      add(e.begin, "wrong-type",
          fmt::format("`{}` needs {} here, and this is {}", where, type_name(wanted), type_name(meaning->type)), hint);
      return std::nullopt;
    }
    return meaning;
  }

  // Two numbers that are added or compared; false when they may not be.
  bool fit_units(size_t offset, std::string_view who, const std::string& left, const std::string& right) {
    if (fit_together(left, right)) return true;
    const bool money = left == kMoney || right == kMoney;
    add(offset, "unit-mismatch",
        fmt::format("`{}` puts {} and {} together", who, unit_in_words(left), unit_in_words(right)),
        money ? "money is added to and compared with money or a plain number; divide first: arr() / seats()"
              : "is this meant? divide the one by the other to compare them",
        money ? Severity::error : Severity::warning);
    return !money;
  }

  std::optional<Meaning> binary(const Expression& e) {
    if (e.op == Operator::and_ || e.op == Operator::or_) {
      const auto left = expect(e.items[0], Type::flag, spelling(e.op));
      const auto right = expect(e.items[1], Type::flag, spelling(e.op));
      return left && right ? left : std::nullopt;
    }
    if (!is_comparison(e.op)) {
      const auto left = expect(e.items[0], Type::number, spelling(e.op));
      const auto right = expect(e.items[1], Type::number, spelling(e.op));
      if (!left || !right) return std::nullopt;
      if (e.op == Operator::multiply || e.op == Operator::divide)
        return Meaning{Type::number, unit_of_product(e.op, left->unit, right->unit)};
      if (!fit_units(e.operator_begin, spelling(e.op), left->unit, right->unit)) return std::nullopt;
      return Meaning{Type::number, either_unit(left->unit, right->unit)};
    }
    const auto left = meaning_of(e.items[0]);
    const auto right = meaning_of(e.items[1]);
    if (!left || !right) return std::nullopt;
    if (left->type != right->type) {
      add(e.operator_begin, "wrong-type",
          fmt::format("{} is compared with {}", type_name(left->type), type_name(right->type)),
          left->type == Type::text || right->type == Type::text ? "texts stand in double quotes, numbers without" : "");
      return std::nullopt;
    }
    if (left->type != Type::number && e.op != Operator::equal && e.op != Operator::not_equal) {
      add(e.operator_begin, "wrong-type",
          fmt::format("texts and flags have no order: `{}` only compares numbers", spelling(e.op)), "use `=` or `!=`");
      return std::nullopt;
    }
    if (!fit_units(e.operator_begin, spelling(e.op), left->unit, right->unit)) return std::nullopt;
    return Meaning{Type::flag};
  }

  // A name where a value stands: another metric.
  std::optional<Meaning> name(const Expression& e) {
    const auto named =
        std::find_if(model_->metrics.begin(), model_->metrics.end(), [&](const Metric& m) { return m.name == e.text; });
    if (e.kind != Expression::Kind::name || named == model_->metrics.end()) {
      loose_name(e);
      return std::nullopt;
    }
    if (!named->passed) return std::nullopt;  // reported there
    reads_.metrics.push_back(named->name);
    const Reads& other = named->reads;
    reads_.events.insert(reads_.events.end(), other.events.begin(), other.events.end());
    reads_.attributes.insert(reads_.attributes.end(), other.attributes.begin(), other.attributes.end());
    reads_.contracts = reads_.contracts || other.contracts;
    reads_.account = reads_.account || other.account;
    reads_.children = reads_.children || other.children;
    reads_.percentile = reads_.percentile || other.percentile;
    if (other.percentile && !inside_.empty()) {
      add(e.begin, "wrong-order",
          fmt::format("the metric `{}` is a place among accounts (percentile) and cannot stand inside `{}`", e.text,
                      inside_),
          kOrderHint);
      return std::nullopt;
    }
    return Meaning{named->type, named->unit};
  }

  // An event, an attribute or an unknown name where a value should stand.
  void loose_name(const Expression& e) {
    const std::string name = language::quoted_name(e.text);
    if (e.kind == Expression::Kind::selector) {
      add(e.begin, "wrong-type", fmt::format("the events `{}` are no value by themselves", name),
          fmt::format("put them into a function: count({})", language::to_text(e)));
      return;
    }
    if (arguments_.emits(e.text)) {
      add(e.begin, "wrong-type", fmt::format("`{}` is an event, not a value", name),
          fmt::format("put it into a function: count({}[28d])", name));
      return;
    }
    if (context_->attributes.contains(e.text)) {
      add(e.begin, "wrong-type", fmt::format("`{}` is an attribute", name), fmt::format("write attr({})", name));
      return;
    }
    std::vector<std::string> metrics;
    for (const Metric& m : model_->metrics) metrics.push_back(m.name);
    const auto functions = vocabulary::find_functions(e.text);
    std::string hint = "values are written like count(login[28d]) or attr(plan); texts stand in double quotes";
    if (!functions.empty()) {
      hint = fmt::format("a function has parentheses: {}", functions[0]->example);
    } else if (text::closest(e.text, metrics)) {
      hint = text::did_you_mean(e.text, metrics);
    }
    add(e.begin, "unknown-name", fmt::format("`{}` is no metric, event or attribute", name), std::move(hint));
  }

  const Function* resolve(const Expression& e) {
    const Function* f = resolve_call(e);
    if (f == nullptr || (f->id != FunctionId::min && f->id != FunctionId::max) || e.items.empty()) return f;
    // min(nps.answered, value): a window is missing.
    const Expression& first = e.items[0];
    const bool event = first.kind == Expression::Kind::name && arguments_.emits(first.text) && !is_metric(first.text);
    return event
               ? &vocabulary::function(f->id == FunctionId::min ? FunctionId::min_of_events : FunctionId::max_of_events)
               : f;
  }

  [[nodiscard]] bool is_metric(std::string_view name) const {
    return std::any_of(model_->metrics.begin(), model_->metrics.end(), [&](const Metric& m) { return m.name == name; });
  }

  std::optional<Meaning> call(const Expression& e) {
    const Function* f = resolve(e);
    if (f == nullptr) {
      unknown_function(e);
      return std::nullopt;
    }
    if (!arguments_fit_in_number(e, *f) || !named_fit(e, *f) || !fits_order(e, *f)) return std::nullopt;
    const std::string before = inside_;
    if (f->id == FunctionId::children || f->id == FunctionId::percentile) inside_ = f->name;
    std::optional<Meaning> meaning = arguments(e, *f);
    inside_ = before;
    if (meaning) note_reads(*f);
    return meaning;
  }

  // Values of the account, then children(), then percentile().
  bool fits_order(const Expression& e, const Function& f) {
    if (f.id != FunctionId::percentile || inside_.empty()) return true;
    add(e.begin, "wrong-order", fmt::format("`percentile` cannot stand inside `{}`", inside_), kOrderHint);
    return false;
  }

  void note_reads(const Function& f) {
    const FunctionId id = f.id;
    reads_.contracts = reads_.contracts || id == FunctionId::seats || id == FunctionId::arr ||
                       id == FunctionId::term_months || id == FunctionId::days_into_term ||
                       id == FunctionId::days_to_renewal;
    reads_.account = reads_.account || id == FunctionId::tenure;
    reads_.children = reads_.children || id == FunctionId::children;
    reads_.percentile = reads_.percentile || id == FunctionId::percentile;
  }

  std::optional<Meaning> arguments(const Expression& e, const Function& f) {
    bool good = true;
    std::optional<Meaning> any;     // of the arguments of kind any
    std::optional<Meaning> number;  // of the numbers: their common unit
    const auto check = [&](const Expression& argument, const Parameter& p) {
      if (!is_value(p.kind)) return arguments_.fits(argument, p, f);
      const Type wanted = p.kind == ArgumentKind::flag ? Type::flag : Type::number;
      const auto meaning = p.kind != ArgumentKind::any ? expect(argument, wanted, f.name)
                           : any                       ? expect(argument, any->type, f.name)
                                                       : meaning_of(argument);
      if (!meaning) return false;
      if (p.kind == ArgumentKind::any && !any) any = meaning;
      if (meaning->type != Type::number) return true;
      if (number && !fit_units(argument.begin, f.name, number->unit, meaning->unit)) return false;
      number = Meaning{Type::number, number ? either_unit(number->unit, meaning->unit) : meaning->unit};
      return true;
    };
    for (size_t i = 0; i < e.items.size(); ++i) good = check(e.items[i], positional(f, i)) && good;
    for (const Expression::Named& n : e.named) {
      const auto p = std::find_if(f.parameters.begin(), f.parameters.end(),
                                  [&](const Parameter& q) { return q.named && q.name == n.name; });
      good = check(n.value, *p) && good;
    }
    if (!good) return std::nullopt;
    return meaning_of_call(e, f, any ? any->type : Type::number, number ? number->unit : std::string(kUnknown));
  }

  Meaning meaning_of_call(const Expression& e, const Function& f, Type any, const std::string& unit) {
    switch (f.id) {
      case FunctionId::attr:
        return meaning_of_attribute(e.items[0].text);
      case FunctionId::distinct:
        return {Type::number, e.items[1].text == "user" && !e.items[1].backticked ? "user" : "different value"};
      case FunctionId::children:
        return {Type::number, e.items[1].text == "count" ? "account" : unit};
      case FunctionId::if_:
      case FunctionId::coalesce:
        return {any, any == Type::number ? unit : std::string()};
      case FunctionId::min:
      case FunctionId::max:
      case FunctionId::clamp:
      case FunctionId::same_period_last_year:
        return {Type::number, unit};
      default:
        return {Type::number, std::string(f.unit)};
    }
  }

  [[nodiscard]] Meaning meaning_of_attribute(const std::string& key) const {
    switch (context_->attributes.at(key)) {
      case facts::AttributeType::text:
        return {Type::text};
      case facts::AttributeType::flag:
        return {Type::flag};
      case facts::AttributeType::money:
        return {Type::number, std::string(kMoney)};
      default:
        return {Type::number};
    }
  }

  void unknown_function(const Expression& e) {
    const std::string message = fmt::format("there is no function `{}`", e.text);
    if (e.text == "sentiment") {
      add(e.begin, "wrong-type", "`sentiment(text)` is a field of an event, and no value by itself",
          "for example mean(ticket.commented[28d], sentiment(text))");
      return;
    }
    if (is_filter_word(e.text)) {
      add(e.begin, "wrong-type", fmt::format("`{}` stands in a filter, and is no value by itself", e.text),
          "for example count(ticket.opened{starts_with(subject, \"URGENT\")}[28d])");
      return;
    }
    const std::string low = text::lower(e.text);
    for (const auto& [foreign, ours] : kForeignFunctions) {
      if (low != foreign) continue;
      add(e.begin, "unknown-function", message, fmt::format("it is called `{}` here", ours));
      return;
    }
    add(e.begin, "unknown-function", message, text::did_you_mean(e.text, vocabulary::function_names()));
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
          names.empty() ? fmt::format("it is written {}", signature(f)) : text::did_you_mean(n.name, names));
      good = false;
    }
    if (!good) return false;
    // Of the alternatives of one choice exactly one.
    for (size_t i = 0; i < f.parameters.size(); ++i) {
      if (!f.parameters[i].named) continue;
      const int choice = f.parameters[i].choice;
      const bool first = std::none_of(f.parameters.begin(), f.parameters.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const Parameter& p) { return p.named && p.choice == choice; });
      if (first) good = choice_fits(e, f, choice) && good;
    }
    return good;
  }

  bool choice_fits(const Expression& e, const Function& f, int choice) {
    std::vector<std::string> names;
    bool optional = true;
    size_t given = 0;
    for (const Parameter& p : f.parameters) {
      if (!p.named || p.choice != choice) continue;
      names.emplace_back(p.name);
      optional = optional && p.optional;
      for (const Expression::Named& n : e.named) given += n.name == p.name ? 1 : 0;
    }
    if (given == 1 || (given == 0 && optional)) return true;
    const std::string needs = names.size() == 1
                                  ? fmt::format("`{}` needs `{}:`", f.name, names[0])
                                  : fmt::format("`{}` needs either `{}:`", f.name, text::join(names, ":` or `"));
    add(e.begin, "wrong-arguments", needs, fmt::format("for example {}", f.example));
    return false;
  }

  static constexpr const char* kOrderHint =
      "a day is computed in this order: values of the account, children(...), percentile(...); so write percentile "
      "outside";

  const Context* context_;
  const Model* model_;
  const language::At* at_;
  Problems* problems_;
  Reads reads_;
  ArgumentCheck arguments_;
  std::string inside_;  // children or percentile, whose argument is being checked; else empty
};

void collect_names(const Expression& e, std::vector<const Expression*>& out) {
  if (e.kind == Expression::Kind::name) out.push_back(&e);
  if (e.kind == Expression::Kind::unary || e.kind == Expression::Kind::binary) {
    for (const Expression& part : e.items) collect_names(part, out);
  }
  if (e.kind != Expression::Kind::call) return;
  const Function* f = resolve_call(e);
  if (f == nullptr || f->parameters.empty()) return;
  for (size_t i = 0; i < e.items.size(); ++i) {
    if (is_value(positional(*f, i).kind)) collect_names(e.items[i], out);
  }
}

}  // namespace

const Function* resolve_call(const Expression& call) {
  const bool of_events = !call.items.empty() && is_selector(call.items[0]);
  const Function* found = nullptr;
  for (const Function* f : vocabulary::find_functions(call.text)) {
    if (found == nullptr || f->is_aggregate() == of_events) found = f;
  }
  return found;
}

const Parameter& positional(const Function& f, size_t i) {
  size_t last = 0;
  for (size_t k = 0; k < f.parameters.size(); ++k) {
    if (!f.parameters[k].named) last = k;
  }
  return f.parameters[std::min(i, last)];
}

std::vector<const Expression*> names_as_values(const Expression& expression) {
  std::vector<const Expression*> out;
  collect_names(expression, out);
  return out;
}

Checked check_expression(const Expression& expression, const Context& context, const Model& model,
                         const language::At& at, Problems& problems) {
  Check check(context, model, at, problems);
  Checked out;
  if (const auto meaning = check.meaning_of(expression)) {
    out.type = meaning->type;
    out.unit = meaning->unit;
  }
  out.reads = check.take_reads();
  return out;
}

}  // namespace kenko::model
