#include "model/units.h"

#include <fmt/format.h>

#include <utility>

namespace kenko::model {
namespace {

// What a unit is compared as.
std::string_view group_of(std::string_view unit) {
  constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"item", "event"}, {"seat", "user"}, {"active day", "day"}};
  for (const auto& [member, group] : kGroups) {
    if (unit == member) return group;
  }
  return unit;
}

bool is_free(std::string_view unit) { return unit == kUnknown || unit == kLiteral; }

}  // namespace

bool fit_together(std::string_view a, std::string_view b) {
  return is_free(a) || is_free(b) || group_of(a) == group_of(b);
}

bool is_counted(std::string_view unit) { return !is_free(unit) && unit != kShare; }

std::string unit_of_product(language::Operator op, const std::string& left, const std::string& right) {
  if (left == kLiteral && right == kLiteral) return left;
  if (right == kLiteral || (right == kShare && op == language::Operator::multiply)) return left;
  if (op == language::Operator::multiply) return left == kLiteral || left == kShare ? right : std::string(kUnknown);
  if (left == kUnknown || left == kLiteral || right == kUnknown) return std::string(kUnknown);
  return std::string(group_of(left) == group_of(right) ? kShare : kUnknown);
}

std::string either_unit(const std::string& a, const std::string& b) {
  return is_free(a) && !(a == kUnknown && b == kLiteral) ? b : a;
}

std::string unit_in_words(std::string_view unit) {
  if (unit == kMoney) return "money";
  return fmt::format("{}s", unit);
}

}  // namespace kenko::model
