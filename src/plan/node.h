// plan/node.h
//
// The expressions of a plan: nodes that give one value per account and day, and what aggregates read of events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"

namespace kenko::plan {

using NodeId = uint32_t;

enum class Type : uint8_t { number, flag, text };

/// Aggregates over an account's events; docs/SEMANTICS.md#functions gives each one's meaning and null rule.
enum class Function : uint8_t {
  count,
  sum,
  mean,
  min,
  max,
  distinct,
  active_days,
  days_since,
  decayed_count,
  decayed_sum,
  slope,
  quantile,    ///< Aggregate::quantile
  first,       ///< the field of the first event in the window that has it
  last,        ///< of the last one
  current,     ///< of the last event of the life that has it, until its property `expires`
  users_with,  ///< users with Aggregate::at_least events, or active days when `of_days`
  streak,      ///< Aggregate::period_days
  longest_gap,
  open,  ///< from here on: pairs (Aggregate::second, by, due)
  open_age,
  missed,
  overdue_days,
  overdue_amount,
  days_late,
  completion,
  time_between,
  contact_health,  ///< Aggregate::roles
};
[[nodiscard]] constexpr bool is_pair(Function f) { return f >= Function::open && f <= Function::time_between; }

/// Scalar operations.  Arguments stand in Node::args in this order.
enum class Op : uint8_t {
  literal,    ///< Node::number, flag or text
  aggregate,  ///< Node::aggregate
  attribute,  ///< Node::text = key; number (money in the workspace's currency), flag or text
  seats,      ///< Node::text = product, empty = all
  arr,        ///< the same
  term_months,
  days_into_term,
  days_to_renewal,
  tenure,
  days_until,  ///< Node::text = key of an attribute of type day
  negate,
  not_,
  add,
  subtract,
  multiply,
  divide,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  and_,
  or_,
  if_,       ///< condition, then, else
  coalesce,  ///< one or more
  min,
  max,    ///< one or more; null when any is null
  clamp,  ///< value, low, high
  log1p,
  change,      ///< one argument; Node::lag_days
  earlier,     ///< one argument, its value Node::lag_days before
  baseline,    ///< one argument; Node::lag_days = whole weeks: vs_own_baseline
  children,    ///< one argument, folded over the child accounts by Node::fold
  percentile,  ///< one argument, placed among the accounts of the segment on the day before
};

/// How children() makes one value of many.
enum class Fold : uint8_t { sum, mean, min, max, count };

/// A test on one event.  Three-valued: null counts as false at the top.
enum class FilterOp : uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  starts_with,  ///< texts, by bytes: the field begins with Filter::text
  ends_with,
  contains,
  is_empty,  ///< the field is null; never null itself
  and_,
  or_,
  not_
};

struct Filter {
  FilterOp op = FilterOp::equal;
  std::vector<Filter> args;  ///< and_, or_: two or more; not_: one; comparisons: none
  /// Comparisons: a property (`field`), the event's own `value` (`own`), or the attribute `field` of the event's user
  /// on the event's day (`of_user`), against a literal.
  std::string field;
  bool own = false;
  bool of_user = false;
  Type literal_type =
      Type::text;  ///< number: the property is read as a decimal, else it is null; flag: as true/false; text: as it is
  Decimal number;
  bool flag = false;
  std::string text;
  friend bool operator==(const Filter&, const Filter&) = default;
};

/// Which events an aggregate reads.
struct Selector {
  std::vector<std::string> events;  ///< one or more names, sorted, unique
  std::optional<Filter> filter;
  friend bool operator==(const Selector&, const Selector&) = default;
};

/// What of an event an aggregate reads.
struct Field {
  enum class Kind : uint8_t { none, value, user, property };
  Kind kind = Kind::none;
  std::string property;
  friend bool operator==(const Field&, const Field&) = default;
};

/// A range of ages and its weight: ages below `until_age_days` (and not below the step before).
struct Step {
  int32_t until_age_days = 0;
  Decimal weight;
  friend bool operator==(const Step&, const Step&) = default;
};

/// How much a contact of a role weighs in contact_health.
struct Role {
  std::string role;  ///< value of the contact's attribute `role`
  Decimal influence;
  friend bool operator==(const Role&, const Role&) = default;
};

struct Aggregate {
  Function function = Function::count;
  uint32_t selector = 0;
  uint32_t second = 0;  ///< pairs: the selector of what closes; else 0
  std::string by;       ///< pairs: the property that both carry
  std::string due;      ///< missed, overdue_*, days_late: the property with the due day; empty = the event's day
  Field field;
  int32_t window_days = 0;        ///< 0 = the whole life
  Decimal half_life_days;         ///< decayed_* with half_life: > 0, else 0
  std::vector<Step> steps;        ///< decayed_* with steps, ascending
  Decimal quantile;               ///< quantile: 0..1
  int32_t at_least = 0;           ///< users_with
  bool of_days = false;           ///< users_with: counts active days, not events
  int32_t period_days = 0;        ///< streak: at least 1
  std::vector<Role> roles;        ///< contact_health, sorted by role
  int32_t min_observed_days = 1;  ///< observed for fewer days: null
  friend bool operator==(const Aggregate&, const Aggregate&) = default;
};

/// One value per account and day.  Equal nodes are shared.
struct Node {
  Op op = Op::literal;
  Type type = Type::number;
  std::vector<NodeId> args;  ///< smaller than the node's own id
  double number = 0;
  bool flag = false;
  std::string text;
  int32_t lag_days = 0;
  Fold fold = Fold::sum;
  Aggregate aggregate;
};

}  // namespace kenko::plan
