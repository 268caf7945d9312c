#include "property/generate_expression.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::property {

using facts::AttributeType;

const std::string& ExpressionMaker::pick(const std::vector<std::string>& all) {
  return all[static_cast<size_t>(random_.between(0, std::ssize(all) - 1))];
}

std::string ExpressionMaker::literal() {
  static const std::vector<std::string> kLiterals = {"0", "1", "2", "3", "0.5", "10", "40%", "12.25", "7", "100"};
  return pick(kLiterals);
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

std::string ExpressionMaker::filter(int depth) {
  static const std::vector<std::string> kComparisons = {"=", "!=", "<", "<=", ">", ">="};
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
  switch (random_.between(0, 4)) {
    case 0:
      return fmt::format("{} {} \"{}\"", pick(words_.text_properties), pick({"=", "!="}), pick(words_.texts));
    case 1:
      return fmt::format("{} {} {}", pick(words_.number_properties), pick(kComparisons), literal());
    case 2:
      return fmt::format("{} {} {}", pick(words_.flag_properties), pick({"=", "!="}), pick({"true", "false"}));
    case 3:
      return fmt::format("{} = {}", pick(words_.text_properties), literal());  // a text read as a number
    default:
      return fmt::format("value {} {}", pick(kComparisons), literal());
  }
}

// `window_days` 0 = no window.
std::string ExpressionMaker::selector(int window_days) {
  std::string out = pick(words_.events);
  if (random_.chance(0.35)) out += "{" + filter(2) + "}";
  if (window_days > 0) out += fmt::format("[{}d]", window_days);
  return out;
}

std::string ExpressionMaker::field() { return random_.chance(0.5) ? "value" : pick(words_.number_properties); }

std::string ExpressionMaker::decay() {
  if (random_.chance(0.5)) return fmt::format("half_life: {}d", random_.between(1, 40));
  const int64_t first = random_.between(1, 20);
  if (random_.chance(0.3)) return fmt::format("steps: [{}d: 1]", first);
  return fmt::format("steps: [{}d: 1, {}d: 0.5, {}d: 0.123456]", first, first + 10, first + 30);
}

std::string ExpressionMaker::aggregate() {
  static const std::vector<int> kWindows = {1, 2, 7, 14, 28, 56};
  const int window = kWindows[static_cast<size_t>(random_.between(0, std::ssize(kWindows) - 1))];
  const int weeks = static_cast<int>(random_.between(2, 6)) * 7;
  switch (random_.between(0, 13)) {
    case 0:
      return fmt::format("count({})", selector(window));
    case 1:
      return fmt::format("sum({}, {})", selector(window), field());
    case 2:
      return fmt::format("mean({}, {})", selector(window), field());
    case 3:
      return fmt::format("min({}, {})", selector(window), field());
    case 4:
      return fmt::format("max({}, {})", selector(window), field());
    case 5:
      return fmt::format("distinct({}, user)", selector(window));
    case 6:
      return fmt::format("distinct({}, {})", selector(window), pick(words_.text_properties));
    case 7:
      return fmt::format("active_days({})", selector(window));
    case 8:
      return fmt::format("days_since({})", selector(0));
    case 9:
      return fmt::format("decayed_count({}, {})", selector(0), decay());
    case 10:
      return fmt::format("decayed_sum({}, {}, {})", selector(0), field(), decay());
    case 11:
      return fmt::format("slope({})", selector(weeks));
    case 12:
      return fmt::format("slope({}, {})", selector(weeks), field());
    default:
      return fmt::format("sum(invoice.paid[{}d], value)", window);
  }
}

std::string ExpressionMaker::leaf() {
  switch (random_.between(0, 9)) {
    case 0:
      return attribute({AttributeType::number, AttributeType::money});
    case 1:
      return "seats()";
    case 2:
      return "arr()";
    case 3:
      return literal();
    default:
      return aggregate();
  }
}

std::string ExpressionMaker::number(int depth) {
  if (depth == 0) return leaf();
  const auto next = [&] { return number(depth - 1); };
  switch (random_.between(0, 12)) {
    case 0:
      return fmt::format("({} + {})", next(), next());
    case 1:
      return fmt::format("({} - {})", next(), next());
    case 2:
      return fmt::format("({} * {})", next(), next());
    case 3:
      return fmt::format("({} / {})", next(), next());
    case 4:
      return fmt::format("-({})", next());
    case 5:
      return fmt::format("if({}, {}, {})", flag(depth - 1), next(), next());
    case 6:
      return fmt::format("coalesce({}, {})", next(), next());
    case 7:
      return fmt::format("min({}, {})", next(), next());
    case 8:
      return fmt::format("max({}, {}, {})", next(), literal(), next());
    case 9:
      return fmt::format("clamp({}, {}, {})", next(), "0", "20");
    case 10:
      return fmt::format("change({}, {}d)", next(), random_.between(1, 35));
    default:
      return leaf();
  }
}

std::string ExpressionMaker::flag(int depth) {
  static const std::vector<std::string> kComparisons = {"=", "!=", "<", "<=", ">", ">="};
  switch (random_.between(0, depth > 0 ? 6 : 3)) {
    case 0:
    case 1:
      return fmt::format("{} {} {}", number(depth > 0 ? depth - 1 : 0), pick(kComparisons), literal());
    case 2:
      return fmt::format("{} = \"pro\"", text(0));
    case 3:
      return attribute({AttributeType::flag});
    case 4:
      return fmt::format("({} and {})", flag(depth - 1), flag(depth - 1));
    case 5:
      return fmt::format("({} or {})", flag(depth - 1), flag(depth - 1));
    default:
      return fmt::format("not ({})", flag(depth - 1));
  }
}

std::string ExpressionMaker::text(int depth) {
  if (depth > 0 && random_.chance(0.3)) return fmt::format("if({}, {}, \"pro\")", flag(depth - 1), text(0));
  if (random_.chance(0.2)) return fmt::format("coalesce({}, \"none\")", attribute({AttributeType::text}));
  return attribute({AttributeType::text});
}

}  // namespace kenko::property
