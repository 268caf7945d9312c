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
/// event(account INTEGER, life INTEGER, day INTEGER, name VARCHAR, person INTEGER, value BIGINT, no_rate BOOLEAN,
///       property_0 VARCHAR, ...)
///   One row per event that falls into a life.  day: Day::number.  person: null without a user.  value: millionths,
///   null without a value or without a rate; no_rate: money without a rate.  Properties: null when absent or empty.
/// spine(account INTEGER, life INTEGER, day INTEGER, account_start INTEGER, status VARCHAR, fact_day BOOLEAN,
///       observed_0 INTEGER, ..., attribute_0, ..., seats DOUBLE, arr DOUBLE)
///   One row for every day of every life, without gaps.  status: the contract's word, 'none' when there is no row that
///   day. observed_i: first observed day of events[i] as of that day, null when it is not observed.  attribute_i:
///   DOUBLE, BOOLEAN or VARCHAR by its type; null when there is no value.
struct Inputs {
  struct Attribute {
    std::string key;
    plan::Type type = plan::Type::number;
    friend auto operator<=>(const Attribute&, const Attribute&) = default;
  };
  std::vector<std::string> events;
  std::vector<std::string> properties;
  std::vector<Attribute> attributes;
  bool seats = false;
  bool arr = false;

  /// Over spine: the earliest first observed day of these events.
  [[nodiscard]] std::string observed(const std::vector<std::string>& names) const;
  [[nodiscard]] std::string property(std::string_view key) const;                    ///< column of event
  [[nodiscard]] std::string attribute(std::string_view key, plan::Type type) const;  ///< column of spine
};

[[nodiscard]] Inputs inputs_of(const plan::Plan& plan);

}  // namespace kenko::sql
