#include "model/check_argument.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "model/check_expression.h"

namespace kenko::model {

using language::Expression;
using vocabulary::ArgumentKind;
using vocabulary::FunctionId;
using vocabulary::Parameter;

namespace {

constexpr std::string_view kFolds[] = {"sum", "mean", "min", "max", "count"};

std::string example_of(const vocabulary::Function& f) { return fmt::format("for example {}", f.example); }

bool is_whole(const ParsedDecimal& n) { return n.value.micros % 1'000'000 == 0 && !n.rounded; }

}  // namespace

bool is_value(ArgumentKind kind) {
  return kind == ArgumentKind::number || kind == ArgumentKind::flag || kind == ArgumentKind::any;
}

bool ArgumentCheck::fits(const Expression& e, const Parameter& p, const Function& f) {
  switch (p.kind) {
    case ArgumentKind::windowed_events:
    case ArgumentKind::all_events:
      return events(e, p.kind == ArgumentKind::windowed_events, f);
    case ArgumentKind::number_field:
    case ArgumentKind::distinct_field:
      return field(e, p.kind == ArgumentKind::distinct_field, f);
    case ArgumentKind::property:
      return property(e, p, f);
    case ArgumentKind::fold:
      return fold(e, f);
    case ArgumentKind::share:
      return share(e, p, f);
    case ArgumentKind::whole_number:
      return whole_number(e, p, f);
    case ArgumentKind::text:
      return (e.kind == Expression::Kind::text && !e.text.empty()) ||
             refuse(e, fmt::format("`{}` of `{}` must be a text in double quotes", p.name, f.name),
                    e.kind == Expression::Kind::name ? fmt::format("write \"{}\"", e.text)
                                                     : fmt::format("for example {}(\"Pro\")", f.name));
    case ArgumentKind::roles:
      return roles(e, f);
    case ArgumentKind::duration:
      return duration(e, p, f);
    case ArgumentKind::steps:
      return steps(e);
    case ArgumentKind::key:
    case ArgumentKind::day_key:
      return key(e, p.kind == ArgumentKind::day_key, f);
    case ArgumentKind::number:
    case ArgumentKind::flag:
    case ArgumentKind::any:
      break;
  }
  KENKO_CHECK(false, "`{}` of `{}` is a value", p.name, f.name);
  return false;
}

void ArgumentCheck::add(size_t offset, std::string code, std::string message, std::string hint) {
  Problem p = (*at_)(offset);
  p.code = std::move(code);
  p.message = std::move(message);
  p.hint = std::move(hint);
  problems_->push_back(std::move(p));
}

bool ArgumentCheck::refuse(const Expression& e, std::string message, std::string hint) {
  add(e.begin, "wrong-type", std::move(message), std::move(hint));
  return false;
}

bool ArgumentCheck::events(const Expression& e, bool windowed, const Function& f) {
  const auto selector = language::as_selector(e);
  if (!selector) {
    const bool chain = e.kind == Expression::Kind::binary && language::as_selector(e.items[0]).has_value() &&
                       language::as_selector(e.items[1]).has_value();
    return refuse(e, fmt::format("`{}` needs events here: {}", f.name, signature(f)),
                  chain ? "events of several names stand in parentheses before the filter and the window: "
                          "(login or feature.used)[28d]"
                        : example_of(f));
  }
  bool good = known_event(selector->text, selector->begin);
  for (const std::string& other : selector->others) good = known_event(other, selector->begin) && good;
  good = window(*selector, windowed, f) && good;
  if (selector->has_filter) {
    const size_t before = problems_->size();
    check_filter(selector->items[0], *at_, *problems_);
    good = good && problems_->size() == before;
  }
  return good;
}

bool ArgumentCheck::window(const Expression& selector, bool windowed, const Function& f) {
  if (!selector.window_name.empty()) {
    add(selector.window_begin, "unknown-name", fmt::format("there is no window `{}`", selector.window_name),
        "write the days, [28d], or [life]");
    return false;
  }
  if (windowed && !selector.has_window) {
    std::string text = language::to_text(selector);
    if (!selector.others.empty() && !selector.has_filter) text = fmt::format("({})", text);
    add(selector.end, "bad-window", fmt::format("`{}` needs a window of days behind the event", f.name),
        fmt::format("for example {}[28d], or {}[life] for all its days", text, text));
    return false;
  }
  if (!windowed && selector.has_window) {
    add(selector.window_begin, "bad-window",
        fmt::format("`{}` looks at the whole life of an account and takes no window here", f.name),
        "take the window away");
    return false;
  }
  const bool weeks = !selector.whole_life && selector.days >= 14 && selector.days % 7 == 0;
  if (f.id == FunctionId::slope && !weeks) {
    add(selector.window_begin, "out-of-range",
        fmt::format("the window of slope must be whole weeks, at least two, not {}",
                    selector.whole_life ? "the whole life" : fmt::format("{}d", selector.days)),
        "for example [8w]");
    return false;
  }
  return true;
}

bool ArgumentCheck::emits(const std::string& event) const {
  const auto asked_for = [&](const Input& input) { return input.event == event; };
  return event == "pulse.set" || std::binary_search(context_->events.begin(), context_->events.end(), event) ||
         std::any_of(model_->inputs.begin(), model_->inputs.end(), asked_for);
}

// Once for each name, however often the model reads it.
void ArgumentCheck::warn_not_emitted(const std::string& name, size_t begin, std::string_view what,
                                     std::string_view leave) {
  std::string message = fmt::format("no source emits `{}` yet: {}", name, what);
  const auto said = [&](const Problem& p) { return p.message == message; };
  if (std::any_of(problems_->begin(), problems_->end(), said)) return;
  Problem p = (*at_)(begin);
  p.code = "not-emitted";
  p.message = std::move(message);
  p.hint = fmt::format("map one of your sources to it, or take the {} out", leave);
  p.severity = Severity::warning;
  problems_->push_back(std::move(p));
}

// Whether an outcome happens by such an event.  What an outcome rests on the absence of may be an input all the same: a
// shop measures purchases.
bool ArgumentCheck::is_foretold(const std::string& name) const {
  return std::any_of(model_->outcomes.begin(), model_->outcomes.end(), [&](const Outcome& o) {
    if (o.kind != Outcome::Kind::event || !o.events) return false;
    const auto events = language::as_selector(*o.events);
    return events && (events->text == name ||
                      std::find(events->others.begin(), events->others.end(), name) != events->others.end());
  });
}

bool ArgumentCheck::known_event(const std::string& name, size_t begin) {
  if (vocabulary::is_outcome_event(name) || is_foretold(name)) {
    add(begin, "outcome-as-input",
        fmt::format("`{}` is an outcome: a metric that reads it would foretell what has already happened", name),
        "leave it to `outcome:`; measure what comes before it");
    return false;
  }
  if (emits(name)) {
    reads_->events.push_back(name);
    return true;
  }
  if (vocabulary::is_standard_event(name) && !context_->events.empty()) {
    warn_not_emitted(name, begin, "what rests on it has no value", "metric");
    reads_->events.push_back(name);
    return true;
  }
  refuse_unknown(name, begin, context_->events);
  return false;
}

bool ArgumentCheck::known_outcome(const std::string& name, size_t begin, bool quiet) {
  reads_->events.push_back(name);
  if (emits(name)) return true;
  const auto own = vocabulary::outcome_events();
  if (std::find(own.begin(), own.end(), name) != own.end() || vocabulary::is_standard_event(name)) {
    if (!quiet) warn_not_emitted(name, begin, "the outcome cannot be seen", "outcome");
    return true;
  }
  std::vector<std::string> known = context_->events;
  known.insert(known.end(), own.begin(), own.end());
  refuse_unknown(name, begin, known);
  return false;
}

bool ArgumentCheck::outcome(const Expression& e, std::string_view key) {
  const auto events = language::as_selector(e);
  if (!events) {
    return refuse(e, fmt::format("`{}` needs events here", key),
                  "for example account.churned, or account.churned{voluntary = true}");
  }
  bool good = known_outcome(events->text, events->begin, key == "outcome");
  for (const std::string& other : events->others) good = known_outcome(other, events->begin, false) && good;
  if (events->has_window) {
    add(events->window_begin, "bad-window", fmt::format("the events of `{}` have no window", key),
        "take it away: `within:` says in how many days it is to be foretold");
    good = false;
  }
  if (!events->has_filter) return good;
  const size_t before = problems_->size();
  check_filter(events->items[0], *at_, *problems_);
  return good && problems_->size() == before;
}

void ArgumentCheck::refuse_unknown(const std::string& name, size_t begin, const std::vector<std::string>& known) {
  std::string hint = text::did_you_mean(name, known);
  if (context_->events.empty())
    hint = "no source has any events yet: import some first, or list them under `emits:` in kenko.yaml";
  if (const auto key = context_->attributes.find(name); key != context_->attributes.end()) {
    const bool day = key->second == facts::AttributeType::day;
    hint = fmt::format("it is an attribute: {}({})", day ? "days_until" : "attr", language::quoted_name(name));
  }
  add(begin, "unknown-event", fmt::format("no source emits the event `{}`", name), std::move(hint));
}

bool ArgumentCheck::field(const Expression& e, bool distinct, const Function& f) {
  if (!distinct && is_sentiment(e)) return true;
  const std::string needs = fmt::format("`{}` needs the name of a field here: {}", f.name, signature(f));
  if (e.kind != Expression::Kind::name) {
    return refuse(e, needs,
                  e.kind == Expression::Kind::text
                      ? fmt::format("names stand without quotes: {}", language::quoted_name(e.text))
                      : example_of(f));
  }
  if (e.backticked) return true;
  if (!user_key(e).empty()) {
    return refuse(e, fmt::format("`{}` can only be tested in a filter", e.text),
                  "for example count(login{user.role = \"admin\"}[28d]); a property of the event stands in backticks");
  }
  if (e.text == "text") {
    return refuse(e, "the text of an event is no number",
                  "take sentiment(text), or count(ticket.opened{about(\"billing\")}[28d])");
  }
  if (distinct && (e.text == "value" || e.text == "currency")) {
    return refuse(e, fmt::format("distinct counts users or values of a property, not `{}`", e.text),
                  "for example distinct(login[28d], user)");
  }
  if (!distinct && (e.text == "user" || e.text == "currency")) {
    return refuse(e, fmt::format("`{}` is no number, so `{}` cannot be taken of it", e.text, f.name),
                  e.text == "user" ? "to count different users: distinct(login[28d], user)" : "");
  }
  return true;
}

bool ArgumentCheck::property(const Expression& e, const Parameter& p, const Function& f) {
  const bool own = e.kind == Expression::Kind::name && !e.backticked &&
                   (is_own_field(e) || e.text == "user" || e.text == "text" || !user_key(e).empty());
  if (e.kind == Expression::Kind::name && !own) return true;
  return refuse(e, fmt::format("`{}:` of `{}` must be the name of a property", p.name, f.name),
                e.kind == Expression::Kind::text
                    ? fmt::format("names stand without quotes: {}: {}", p.name, language::quoted_name(e.text))
                : own ? fmt::format("a property called {} stands in backticks", e.text)
                      : example_of(f));
}

bool ArgumentCheck::fold(const Expression& e, const Function& f) {
  if (e.kind == Expression::Kind::name && std::find(std::begin(kFolds), std::end(kFolds), e.text) != std::end(kFolds))
    return true;
  std::string hint = example_of(f);
  if (e.kind == Expression::Kind::name)
    hint = text::did_you_mean(e.text, std::vector<std::string>(std::begin(kFolds), std::end(kFolds)));
  return refuse(e, fmt::format("`{}` needs one of sum, mean, min, max and count here", f.name), std::move(hint));
}

bool ArgumentCheck::share(const Expression& e, const Parameter& p, const Function& f) {
  if (e.kind != Expression::Kind::number)
    return refuse(e, fmt::format("`{}` of `{}` must be a number from 0 to 1", p.name, f.name), example_of(f));
  const ParsedDecimal n = decimal_of(e);
  if (n.fault == ParsedDecimal::Fault::none && !n.rounded && n.value <= Decimal::whole(1)) return true;
  add(e.begin, "out-of-range",
      fmt::format("`{}` of `{}` must be from 0 to 1 with at most 6 decimal places, not {}", p.name, f.name,
                  language::to_text(e)),
      n.value > Decimal::whole(1) && n.value <= Decimal::whole(100) ? fmt::format("write {}%", e.text) : "");
  return false;
}

bool ArgumentCheck::whole_number(const Expression& e, const Parameter& p, const Function& f) {
  constexpr int64_t kMost = 1'000'000;
  if (e.kind != Expression::Kind::number) {
    return refuse(e, fmt::format("`{}:` of `{}` must be a whole number", p.name, f.name),
                  e.kind == Expression::Kind::duration ? fmt::format("write {}", e.days) : example_of(f));
  }
  const ParsedDecimal n = decimal_of(e);
  const bool good = n.fault == ParsedDecimal::Fault::none && is_whole(n) && n.value >= Decimal::whole(1) &&
                    n.value <= Decimal::whole(kMost);
  if (good) return true;
  add(e.begin, "out-of-range",
      fmt::format("`{}:` of `{}` must be a whole number from 1 to {}, not {}", p.name, f.name, text::grouped(kMost),
                  language::to_text(e)));
  return false;
}

bool ArgumentCheck::roles(const Expression& e, const Function& f) {
  constexpr std::string_view kHint = "for example roles: [executive_sponsor: 3, champion: 2]";
  if (e.kind != Expression::Kind::list || e.items.empty())
    return refuse(e, fmt::format("`roles:` of `{}` must be a list of roles and their influence", f.name),
                  std::string(kHint));
  bool good = true;
  std::set<std::string> seen;
  for (const Expression& item : e.items) {
    const bool pair = item.kind == Expression::Kind::pair && item.items[1].kind == Expression::Kind::number &&
                      (item.items[0].kind == Expression::Kind::name || item.items[0].kind == Expression::Kind::text);
    if (!pair) return refuse(item, "a role is a name and a number", std::string(kHint));
    if (!seen.insert(item.items[0].text).second) {
      add(item.begin, "wrong-arguments", fmt::format("the role `{}` is there twice", item.items[0].text),
          "keep one of the two");
      good = false;
    }
    const ParsedDecimal n = decimal_of(item.items[1]);
    if (n.fault != ParsedDecimal::Fault::none || n.rounded || n.value.micros <= 0 || n.value > Decimal::whole(1000)) {
      add(item.items[1].begin, "out-of-range",
          "the influence of a role must be more than 0 and at most 1000, with at most 6 decimal places");
      good = false;
    }
  }
  return good;
}

bool ArgumentCheck::duration(const Expression& e, const Parameter& p, const Function& f) {
  if (e.kind != Expression::Kind::duration || e.days < 1) {
    std::string hint = example_of(f);
    if (e.kind == Expression::Kind::number) hint = fmt::format("write {}d", e.text);
    add(e.begin, e.kind == Expression::Kind::duration ? "out-of-range" : "wrong-type",
        fmt::format("`{}` of `{}` must be a number of days, at least 1d", p.name, f.name), std::move(hint));
    return false;
  }
  if (f.id != FunctionId::vs_own_baseline || (e.days % 7 == 0 && e.days >= 28)) return true;
  add(e.begin, "out-of-range", fmt::format("`{}` looks back over whole weeks, at least four, not {}d", f.name, e.days),
      "for example 12w");
  return false;
}

bool ArgumentCheck::steps(const Expression& e) {
  constexpr std::string_view kHint =
      "for example steps: [30d: 1, 60d: 0.5]: ages below 30 days count 1, below 60 days a half";
  if (e.kind != Expression::Kind::list || e.items.empty())
    return refuse(e, "`steps` must be a list of ages and weights", std::string(kHint));
  bool good = true;
  int32_t previous = 0;
  for (const Expression& item : e.items) {
    const bool pair = item.kind == Expression::Kind::pair && item.items[0].kind == Expression::Kind::duration &&
                      item.items[1].kind == Expression::Kind::number;
    if (!pair) return refuse(item, "a step is an age in days and a weight", std::string(kHint));
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

bool ArgumentCheck::key(const Expression& e, bool day, const Function& f) {
  if (e.kind != Expression::Kind::name) {
    return refuse(e, fmt::format("`{}` needs the name of an attribute", f.name),
                  e.kind == Expression::Kind::text
                      ? fmt::format("names stand without quotes: {}({})", f.name, language::quoted_name(e.text))
                      : example_of(f));
  }
  const auto found = context_->attributes.find(e.text);
  if (found == context_->attributes.end()) {
    std::vector<std::string> known;
    for (const auto& [name, type] : context_->attributes) {
      if (!day || type == facts::AttributeType::day) known.push_back(name);
    }
    add(e.begin, "unknown-attribute", fmt::format("no source gives accounts the attribute `{}`", e.text),
        text::did_you_mean(e.text, known));
    return false;
  }
  if (context_->conflicting.contains(e.text)) {
    add(e.begin, "attribute-type", fmt::format("two sources give the attribute `{}` with different types", e.text),
        "make them agree in kenko.yaml");
    return false;
  }
  const bool is_day = found->second == facts::AttributeType::day;
  if (is_day != day) {
    const std::string name = language::quoted_name(e.text);
    return refuse(
        e,
        is_day ? fmt::format("the attribute `{}` is a day, and a day is no value", e.text)
               : fmt::format("the attribute `{}` is no day", e.text),
        is_day ? fmt::format("write days_until({}) for the days until then; -days_until({}) since then", name, name)
               : fmt::format("write attr({})", name));
  }
  reads_->attributes.push_back(e.text);
  return true;
}

}  // namespace kenko::model
