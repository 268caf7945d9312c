#include "property/generate_expression.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::property {

using facts::AttributeType;
using vocabulary::ArgumentKind;
using vocabulary::FunctionId;
using vocabulary::Parameter;

namespace {

const std::vector<std::string> kComparisons = {"=", "!=", "<", "<=", ">", ">="};

bool is_of_values(const vocabulary::Function& f) {
  return std::any_of(f.parameters.begin(), f.parameters.end(), [](const Parameter& p) {
    return p.kind == ArgumentKind::number || p.kind == ArgumentKind::flag || p.kind == ArgumentKind::any;
  });
}

bool is_pair(FunctionId id) { return id >= FunctionId::open && id <= FunctionId::time_between; }

}  // namespace

const std::string& ExpressionMaker::pick(const std::vector<std::string>& all) {
  return all[static_cast<size_t>(random_.between(0, std::ssize(all) - 1))];
}

std::string ExpressionMaker::literal() {
  static const std::vector<std::string> kLiterals = {"0", "1", "2", "3", "0.5", "10", "40%", "12.25", "7", "100"};
  return random_.chance(0.1) ? "many" : pick(kLiterals);
}

// attr(key) of an attribute with one of the types; a literal when the company has none.
std::string ExpressionMaker::attribute(const std::vector<AttributeType>& types) {
  std::vector<std::string> keys;
  for (const facts::SourceSettings& s : settings_.sources) {
    for (const auto& [key, type] : s.attributes) {
      if (std::find(types.begin(), types.end(), type) != types.end()) keys.push_back(key);
    }
  }
  return keys.empty() ? literal() : fmt::format("attr({})", pick(keys));
}

std::string ExpressionMaker::test_of_field() {
  switch (random_.between(0, 8)) {
    case 0:
      return fmt::format("{} {} \"{}\"", pick(words_.text_properties), pick({"=", "!="}), pick(words_.texts));
    case 1:
      return fmt::format("{} {} {}", pick(words_.number_properties), pick(kComparisons), literal());
    case 2:
      return fmt::format("{} {} {}", pick(words_.flag_properties), pick({"=", "!="}), pick({"true", "false"}));
    case 3:
      return fmt::format("{} = {}", pick(words_.text_properties), literal());  // a text read as a number
    case 4:
      return fmt::format("user.role {} \"{}\"", pick({"=", "!="}), pick(words_.roles));
    case 5:
      return fmt::format("user.level {} {}", pick(kComparisons), literal());
    case 6:
      return pick({"user.active", "admin", "user.active = false"});
    case 7:
      return fmt::format("sentiment(text) {} {}", pick(kComparisons), pick({"0", "-0.25", "0.5", "-1"}));
    default:
      return random_.chance(0.5) ? fmt::format("value {} {}", pick(kComparisons), literal())
                                 : fmt::format("{} {} value", literal(), pick(kComparisons));
  }
}

std::string ExpressionMaker::word_of_filter() {
  const std::string& text = pick(words_.text_properties);
  switch (random_.between(0, 8)) {
    case 0:
      return fmt::format("starts_with({}, \"{}\")", text, pick({"h", "B", "lo", "\xC3\xA9"}));
    case 1:
      return fmt::format("ends_with({}, \"{}\")", text, pick({"h", "w", "-2", "ue"}));
    case 2:
      return fmt::format("contains({}, \"{}\")", random_.chance(0.2) ? "user.role" : text, pick({"i", "a", "-", "o"}));
    case 3:
      return fmt::format("one_of({}, \"{}\", \"{}\")", random_.chance(0.2) ? "user.role" : text, pick(words_.texts),
                         pick(words_.roles));
    case 4:
      return fmt::format("one_of({}, {}, 3, 7)", pick(words_.number_properties), literal());
    case 5:
      return fmt::format("between({}, {}, {})", random_.chance(0.5) ? "value" : pick(words_.number_properties),
                         pick({"0", "1", "-3"}), pick({"2", "10", "400.5"}));
    case 6:
      return fmt::format("is_empty({})", pick({"severity", "value", "user.role", "sentiment(text)", "score"}));
    default:
      return fmt::format("about(\"{}\")", pick(words_.topics));
  }
}

std::string ExpressionMaker::filter(int depth) {
  if (depth > 0 && random_.chance(0.4)) {
    const std::string a = filter(depth - 1);
    const std::string b = filter(depth - 1);
    switch (random_.between(0, 2)) {
      case 0:
        return fmt::format("({} and {})", a, b);
      case 1:
        return fmt::format("({} or {})", a, b);
      default:
        return fmt::format("not ({})", a);
    }
  }
  return random_.chance(0.45) ? word_of_filter() : test_of_field();
}

std::string ExpressionMaker::window(const Function* f) {
  if (f != nullptr && f->id == FunctionId::slope) return fmt::format("[{}w]", random_.between(2, 6));
  if (random_.chance(0.1)) return "[month]";
  if (random_.chance(0.15)) return "[life]";
  static const std::vector<std::string> kWindows = {"1d", "3d", "7d", "14d", "28d", "28d", "8w", "91d"};
  return fmt::format("[{}]", pick(kWindows));
}

std::string ExpressionMaker::events(const Function* f, const std::string& name, bool windowed) {
  std::string out = name;
  if (random_.chance(0.15)) out = fmt::format("({} or {})", name, pick(words_.events));
  if (random_.chance(0.3)) out += "{" + filter(random_.chance(0.5) ? 2 : 0) + "}";
  if (windowed) out += window(f);
  return out;
}

std::string ExpressionMaker::field() {
  if (random_.chance(0.1)) return "sentiment(text)";
  return random_.chance(0.5) ? "value" : pick(words_.number_properties);
}

std::string ExpressionMaker::steps() {
  const int64_t first = random_.between(1, 20);
  if (random_.chance(0.3)) return fmt::format("[{}d: 1]", first);
  return fmt::format("[{}d: 1, {}d: 0.5, {}d: 0.123456]", first, first + 10, first + 30);
}

std::string ExpressionMaker::roles() {
  std::string out;
  for (const std::string& role : words_.roles) {
    if (out.empty() || random_.chance(0.5))
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", role, pick({"1", "3", "0.5", "2.25"}));
  }
  return "[" + out + "]";
}

// The name of an earlier metric of the type; empty when there is none.
std::string ExpressionMaker::known(Type type) {
  std::vector<std::string> names;
  for (const Known& k : known_) {
    if (k.type == type && (!k.percentile || (percentiles && inside_ == 0))) names.push_back(k.name);
  }
  return names.empty() ? "" : pick(names);
}

std::string ExpressionMaker::of_type(Type type, int depth) {
  return type == Type::number ? number(depth) : type == Type::flag ? flag(depth) : text(depth);
}

std::string ExpressionMaker::argument(const Function& f, const Parameter& p, int depth, Type type) {
  switch (p.kind) {
    case ArgumentKind::windowed_events:
      return events(&f, pick(words_.events), true);
    case ArgumentKind::all_events:
      return events(&f, pick(words_.events), false);
    case ArgumentKind::number_field:
      return field();
    case ArgumentKind::distinct_field:
      return random_.chance(0.6) ? "user" : pick(words_.text_properties);
    case ArgumentKind::property:
      return pick(words_.text_properties);
    case ArgumentKind::fold:
      return pick({"sum", "mean", "min", "max", "count"});
    case ArgumentKind::share:
      return pick({"0", "25%", "0.9", "1", "0.333333"});
    case ArgumentKind::whole_number:
      return fmt::format("{}", random_.between(1, 4));
    case ArgumentKind::text:
      return fmt::format("\"{}\"", pick({"base", "base", "addon", "none"}));
    case ArgumentKind::roles:
      return roles();
    case ArgumentKind::day_key:
      return pick({"started", "go_live"});
    case ArgumentKind::duration:
      if (f.id == FunctionId::vs_own_baseline) return fmt::format("{}w", random_.between(4, 8));
      return fmt::format("{}d", random_.between(1, f.id == FunctionId::streak ? 10 : 35));
    case ArgumentKind::steps:
      return steps();
    case ArgumentKind::key: {
      const std::string call = attribute({AttributeType::number});
      return call.substr(5, call.size() - 6);
    }
    case ArgumentKind::number:
      // What is far back is easily nothing at all; keep it to plain things.
      return number(f.id == FunctionId::same_period_last_year ? 0 : std::max(0, depth - 1));
    case ArgumentKind::flag:
      return flag(std::max(0, depth - 1));
    case ArgumentKind::any:
      return of_type(type, std::max(0, depth - 1));
  }
  return "";
}

// Pairs of events that speak of the same things, with the property that says which.
std::string ExpressionMaker::pair_call(const Function& f) {
  const Words::Pair& pair = words_.pairs[static_cast<size_t>(random_.between(0, std::ssize(words_.pairs) - 1))];
  const bool windowed = f.parameters[0].kind == ArgumentKind::windowed_events;
  const std::string first = events(&f, pair.opens, windowed);
  const std::string second = events(&f, pair.closes, false);
  const bool due = std::any_of(f.parameters.begin(), f.parameters.end(),
                               [](const Parameter& p) { return p.named && p.name == "due"; });
  std::string out = fmt::format("{}({}, {}, by: {}", f.name, first, second, pair.by);
  if (due && random_.chance(0.6)) out += ", due: due_on";
  return out + ")";
}

std::string ExpressionMaker::call(const Function& f, int depth, Type type) {
  if (is_pair(f.id)) return pair_call(f);
  const bool others = f.id == FunctionId::children || f.id == FunctionId::percentile;
  inside_ += others ? 1 : 0;
  std::string out;
  const auto add = [&](const std::string& argument) { out += (out.empty() ? "" : ", ") + argument; };
  std::vector<const Parameter*> named;
  for (const Parameter& p : f.parameters) {
    if (p.named) {
      named.push_back(&p);
      continue;
    }
    if (p.optional && random_.chance(0.5)) continue;
    for (int64_t n = p.repeated ? random_.between(1, 3) : 1; n > 0; --n) add(argument(f, p, depth, type));
  }
  if (!named.empty()) {
    const Parameter& p = *named[static_cast<size_t>(random_.between(0, std::ssize(named) - 1))];
    add(fmt::format("{}: {}", p.name, argument(f, p, depth, type)));
  }
  inside_ -= others ? 1 : 0;
  return fmt::format("{}({})", f.name, out);
}

bool ExpressionMaker::may(const Function& f) const {
  if (f.id == FunctionId::percentile) return percentiles && inside_ == 0;
  return true;
}

ExpressionMaker::Value ExpressionMaker::any_function(int depth) {
  const auto& all = vocabulary::functions();
  if (favourite && random_.chance(kFavourite)) {
    const Function& f = vocabulary::function(*favourite);
    if (may(f) && depth >= 0) return {call(f, std::max(1, depth), Type::number)};
  }
  while (true) {
    const Function& f = all[static_cast<size_t>(random_.between(0, std::ssize(all) - 1))];
    if (!may(f) || (depth < 0 && is_of_values(f))) continue;
    // What is null in most companies is drawn seldom where it is.
    const bool rare = f.id == FunctionId::percentile || f.id == FunctionId::same_period_last_year;
    if (rare && favourite != f.id && random_.chance(0.8)) continue;
    if (f.id == FunctionId::attr && random_.chance(0.3)) return {attribute({AttributeType::money}), true};
    return {call(f, std::max(1, depth), Type::number), f.unit == "money"};
  }
}

// Money fits money only: made a plain number.
std::string ExpressionMaker::without_money(const Value& value) {
  if (!value.money) return value.text;
  return random_.chance(0.5) ? fmt::format("log1p({})", value.text) : fmt::format("({} / seats())", value.text);
}

std::string ExpressionMaker::aggregate() {
  while (true) {
    const Value value = any_function(-1);
    if (!value.money && value.text != "tenure()") return value.text;
  }
}

std::string ExpressionMaker::how_often() {
  std::string where = events(nullptr, pick(words_.events), true);
  while (where.ends_with("[life]")) where = events(nullptr, pick(words_.events), true);
  return fmt::format("{}({})", pick({"count", "active_days"}), where);
}

std::string ExpressionMaker::number(int depth) {
  if (depth <= 0) {
    if (random_.chance(0.15)) return literal();
    if (random_.chance(0.15)) {
      if (std::string name = known(Type::number); !name.empty()) return name;
    }
    return without_money(any_function(-1));
  }
  if (random_.chance(0.45)) return without_money(any_function(depth));
  const std::string a = number(depth - 1);
  if (random_.chance(0.12)) return fmt::format("-({})", a);
  const std::string b = number(depth - 1);
  return fmt::format("({} {} {})", a, pick({"+", "-", "*", "/"}), b);
}

std::string ExpressionMaker::flag(int depth) {
  switch (random_.between(0, depth > 0 ? 8 : 5)) {
    case 0:
    case 1:
    case 2: {
      const std::string a = number(depth > 0 ? depth - 1 : 0);
      return fmt::format("{} {} {}", a, pick(kComparisons), literal());
    }
    case 3:
      return fmt::format("{} = {}", text(0), random_.chance(0.5) ? "top_plan" : "\"pro\"");
    case 4:
      return attribute({AttributeType::flag});
    case 5:
      if (std::string name = known(Type::flag); !name.empty()) return name;
      return fmt::format("tenure() > {}", random_.between(5, 90));
    case 6:
    case 7: {
      const std::string a = flag(depth - 1);
      return fmt::format("({} {} {})", a, pick({"and", "or"}), flag(depth - 1));
    }
    default:
      return fmt::format("not ({})", flag(depth - 1));
  }
}

std::string ExpressionMaker::text(int depth) {
  if (depth > 0 && random_.chance(0.3)) {
    const std::string condition = flag(depth - 1);
    return fmt::format("if({}, {}, \"pro\")", condition, text(0));
  }
  if (random_.chance(0.2)) return fmt::format("coalesce({}, \"none\")", attribute({AttributeType::text}));
  if (std::string name = random_.chance(0.2) ? known(Type::text) : ""; !name.empty()) return name;
  return attribute({AttributeType::text});
}

}  // namespace kenko::property
