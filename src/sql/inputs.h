// sql/inputs.h
//
// What the generated SQL reads: two relations that its caller loads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace kenko::sql {

/// The columns that a plan needs.  Lists are sorted and unique; a column is numbered by its position in its list.
///
/// event(account INTEGER, life INTEGER, day INTEGER, number BIGINT, occurred BIGINT, name VARCHAR, person INTEGER,
///       value BIGINT, no_rate BOOLEAN, property_0 VARCHAR, ..., user_0 VARCHAR, ...)
///   One row per event that falls into a life.  day: Day::number.  number: ascends in reading order.  occurred:
///   Instant::micros.  person: null without a user.  value: millionths, null without a value or without a rate;
///   no_rate: money without a rate.  Properties: null when absent or empty.  user_i: the attribute user_attributes[i]
///   of the event's user on its day, read like a property.
/// spine(account INTEGER, life INTEGER, day INTEGER, account_start INTEGER, status VARCHAR, fact_day BOOLEAN,
///       observed_0 INTEGER, ..., given_0, ...)
///   One row for every day of every life, without gaps.  status: the contract's word, 'none' when there is no row that
///   day. observed_i: first observed day of events[i] as of that day, null when it is not observed.  given_i: the value
///   of given[i], DOUBLE, BOOLEAN or VARCHAR by its type; null when there is none.
struct Inputs {
  /// A leaf that says what attributes and contracts are on a day: attribute, seats, arr, the contract clock,
  /// days_until.
  struct Given {
    plan::Op op = plan::Op::attribute;
    plan::Type type = plan::Type::number;
    std::string text;  ///< Node::text
    friend auto operator<=>(const Given&, const Given&) = default;
  };
  std::vector<std::string> events;
  std::vector<std::string> properties;
  std::vector<std::string> user_attributes;
  std::vector<Given> given;

  /// Over spine: the earliest first observed day of these events.
  [[nodiscard]] std::string observed(const std::vector<std::string>& names) const;
  [[nodiscard]] std::string property(std::string_view key) const;        ///< column of event
  [[nodiscard]] std::string user_attribute(std::string_view key) const;  ///< column of event
  [[nodiscard]] std::string given_column(const plan::Node& node) const;  ///< column of spine
};

[[nodiscard]] bool is_given(plan::Op op);
[[nodiscard]] Inputs inputs_of(const plan::Plan& plan);

}  // namespace kenko::sql
