// engine/filters.h
//
// Filters bound to a portfolio: a leaf is a look-up in a table of codes, whatever it asks.  Internal to the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::engine {

enum class Truth : uint8_t { no, yes, null };

/// The values of one attribute of contacts, by user and day.
///
/// Invariant: the values of user u are those at positions begin[u] ... begin[u + 1] - 1, by day ascending.
struct UserAttribute {
  std::string key;
  std::vector<uint32_t> begin;  ///< by user, + 1; user 0 has none
  std::vector<int32_t> day;     ///< Day::number from which on it holds
  std::vector<uint32_t> row;    ///< in Portfolio::contact_attributes

  static constexpr uint32_t kNone = UINT32_MAX;
  /// The position of the value in force on a day (it may be null); kNone before the first one.
  [[nodiscard]] uint32_t find(uint32_t user, int32_t on) const;
};

/// A filter whose leaves point at columns.
struct BoundFilter {
  enum class Of : uint8_t { value, property, user };

  plan::FilterOp op = plan::FilterOp::equal;
  std::vector<BoundFilter> args;
  Of of = Of::value;
  size_t column = 0;  ///< position in Bound::properties or Bound::user_attributes
  plan::Type literal_type = plan::Type::text;
  int64_t number = 0;  ///< millionths
  uint32_t code = 0;   ///< text literal (and "true"/"false"), 0 = a text no event has
  uint32_t true_code = 0, false_code = 0;
  /// Answers worked out before: of texts (starts_with, ends_with, contains) by code, of users by position of the value.
  std::vector<Truth> answer;
};

/// A contact attribute's value read like a property: numbers and money as decimals, flags as true and false, days as
/// ISO dates.
[[nodiscard]] std::string property_text(const facts::AttributeValue& value);

/// What a leaf on texts (starts_with, ends_with, contains) says of a text.
[[nodiscard]] Truth ask_text(const plan::Filter& leaf, std::string_view text);
/// What a leaf says of a contact attribute's value; null = there is none.
[[nodiscard]] Truth ask_attribute(const plan::Filter& leaf, const facts::AttributeValue* value);

template <typename T>
[[nodiscard]] bool compare(plan::FilterOp op, const T& a, const T& b) {
  switch (op) {
    case plan::FilterOp::equal:
      return a == b;
    case plan::FilterOp::not_equal:
      return a != b;
    case plan::FilterOp::less:
      return a < b;
    case plan::FilterOp::less_equal:
      return a <= b;
    case plan::FilterOp::greater:
      return a > b;
    default:
      return a >= b;
  }
}

}  // namespace kenko::engine
