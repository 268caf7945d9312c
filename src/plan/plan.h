// plan/plan.h
//
// The typed, staged plan that every executor consumes.  Executors never see the model's text; names stay names here and
// are bound to codes by each executor.  Plain data; made by plan/lower.h, verified by plan/verify.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"

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
  slope
};

/// Scalar operations.  Arguments stand in Node::args in this order.
enum class Op : uint8_t {
  literal,    ///< Node::number, flag or text
  aggregate,  ///< Node::aggregate
  attribute,  ///< Node::text = key; number (money in the workspace's currency), flag or text
  seats,
  arr,
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
  max,     ///< one or more; null when any is null
  clamp,   ///< value, low, high
  change,  ///< one argument; Node::lag_days
};

/// A test on one event.  Three-valued: null counts as false at the top.
enum class FilterOp : uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, and_, or_, not_ };

struct Filter {
  FilterOp op = FilterOp::equal;
  std::vector<Filter> args;  ///< and_, or_: two or more; not_: one; comparisons: none
  /// Comparisons: a property (`field`), or the event's own `value` (`own`), against a literal.
  std::string field;
  bool own = false;
  Type literal_type =
      Type::text;  ///< number: the property is read as a decimal, else it is null; flag: as true/false; text: as it is
  Decimal number;
  bool flag = false;
  std::string text;
  friend bool operator==(const Filter&, const Filter&) = default;
};

/// Which events an aggregate reads.
struct Selector {
  std::string event;
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

struct Aggregate {
  Function function = Function::count;
  uint32_t selector = 0;
  Field field;
  int32_t window_days = 0;        ///< 0 = the whole life (days_since, decayed_*)
  Decimal half_life_days;         ///< decayed_* with half_life: > 0, else 0
  std::vector<Step> steps;        ///< decayed_* with steps, ascending
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
  Aggregate aggregate;
};

/// Maps a metric's value to points.  Points are integers of a millionth of a point, 0..100'000'000.
struct Curve {
  enum class Kind : uint8_t { none, linear, steps, category };
  struct Point {
    double x = 0;
    int64_t points_micros = 0;
  };
  struct Category {
    std::string value;  ///< for flags "true" and "false"
    int64_t points_micros = 0;
  };
  Kind kind = Kind::none;
  std::vector<Point> points;         ///< linear, steps: ascending x, at least one
  std::vector<Category> categories;  ///< sorted by value
  std::optional<int64_t> other;      ///< points of any other value; none = null
};

/// What a metric without a value is worth.
struct Missing {
  enum class Kind : uint8_t { exclude, zero, score };
  Kind kind = Kind::exclude;
  int64_t points_micros = 0;  ///< score
};

struct Metric {
  std::string name;
  std::string label;  ///< = name where the model gives none
  std::string why;
  std::string expression;  ///< as written, for print and explain
  NodeId node = 0;
  std::optional<uint32_t> dimension;  ///< none: shown, never scored
  Decimal weight;                     ///< > 0 when scored
  Curve curve;
  Missing missing;
  bool ours = false;  ///< rests on our own team's activity
};

struct Dimension {
  std::string name;
  std::string label;
  Decimal weight;  ///< > 0
};

/// A range of scores, half-open up to the next band.
struct Band {
  std::string name;
  int32_t from_hundredths = 0;
};

/// A stage holds what may be computed once all earlier stages are done for every account.
struct Stage {
  enum class Kind : uint8_t {
    local,    ///< nodes that read one account only
    account,  ///< curves, roll-up, silence, band of one account
  };
  Kind kind = Kind::local;
  std::vector<NodeId> nodes;  ///< local: ascending
};

/// Invariants: metrics and dimensions are sorted by name (their order in the file means nothing); bands ascend and the
/// first
///             starts at 0; at least one scored metric; every node is reachable from a metric; args precede users.
struct Plan {
  std::string model;
  std::vector<Selector> selectors;
  std::vector<Node> nodes;
  std::vector<Stage> stages;
  std::vector<Metric> metrics;
  std::vector<Dimension> dimensions;
  std::vector<Band> bands;
  int64_t min_coverage_micros = 600'000;  ///< share of the weight, 1'000'000 = all
  int32_t too_new_days = 28;
  Hash128 fingerprint;  ///< of the meaning: not of names of labels, comments, order or layout
};

}  // namespace kenko::plan
