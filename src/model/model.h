// model/model.h
//
// A health model as its file says it: plain structs in file order, with the places of their parts.  Read by
// model/read.h, checked by model/check.h, both at once by model/load.h; plan/lower.h makes a plan out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/result.h"
#include "language/expression.h"
#include "tree/tree.h"

namespace kenko::model {

/// Maps a value to points.  Points are millionths of a point, 0..100'000'000.
struct Curve {
  enum class Kind : uint8_t {
    none,
    linear,
    steps,
    category,
    hill,        ///< {hill: {half: 10, power: 2}}
    words,       ///< {none: 0, monthly: 30, ...}: the words are the texts of points[].at; lowered to linear
    percentile,  ///< {percentile: {0%: 0, 100%: 100}}: linear over percentile(value)
    baseline,    ///< {baseline: {-2: 0, 0: 70, 2: 100}, over: 12w}: linear over vs_own_baseline(value, over)
  };
  struct Point {
    Decimal x;
    int64_t points_micros = 0;
    tree::Node at;
  };
  struct Category {
    std::string value;
    int64_t points_micros = 0;
    tree::Node at;
  };
  Kind kind = Kind::none;
  bool percent = false;       ///< an x was written with a per cent sign: read aloud as per cent
  std::vector<Point> points;  ///< linear, steps, words, percentile, baseline: in file order; ascending once checked
  std::vector<Category> categories;
  std::optional<int64_t> other;
  bool open_below = false;  ///< linear: `ends: open | below | above`: the line goes on outside the points
  bool open_above = false;
  Decimal half;           ///< hill
  int32_t power = 1;      ///< hill
  int32_t over_days = 0;  ///< baseline
  tree::Node at;
};

/// What a metric without a value is worth.
struct Missing {
  enum class Kind : uint8_t { exclude, zero, score, hold };
  Kind kind = Kind::exclude;
  int64_t points_micros = 0;
  int32_t hold_days = 0;
};

enum class Type : uint8_t { number, flag, text };

/// What an expression reads, directly or through the metrics it names.  Sorted, without repeats.
struct Reads {
  std::vector<std::string> events;
  std::vector<std::string> attributes;
  std::vector<std::string> metrics;  ///< those that it names itself
  bool contracts = false;
  bool account = false;  ///< tenure()
  bool percentile = false;
  bool children = false;
};

/// An expression of the model that is no metric: the condition of a segment, a trigger ...
struct Condition {
  std::string expression;                     ///< as written
  std::optional<language::Expression> value;  ///< none: it did not parse, which was reported
  Reads reads;                                ///< filled in by the check
  tree::Node at;
};

struct Metric {
  std::string name;
  std::string label;  ///< empty = the name
  std::string why;
  std::optional<std::string> dimension;
  std::optional<Decimal> weight;              ///< none = 1
  std::string expression;                     ///< as written, blanks at both ends cut
  std::optional<language::Expression> value;  ///< none: it did not parse, which was reported
  Curve curve;
  bool curve_broken = false;  ///< a curve was given and could not be read, which was reported
  Missing missing;
  std::optional<Decimal> each;     ///< in a dimension that rolls up points: points for one
  std::optional<Decimal> at_most;  ///< its limit, > 0; none = 100
  bool young_partial = false;
  std::optional<int32_t> min_observed_days;
  std::optional<bool> ours;  ///< as written; filled in by the check where it was not

  // Filled in by the check.
  bool passed = false;  ///< the value is right
  Type type = Type::number;
  std::string unit;  ///< what one of the value is: model/units.h
  Reads reads;

  // Places.
  tree::Node at;        ///< the name
  tree::Node value_at;  ///< the scalar of `value`
  tree::Node dimension_at;
};

enum class Rollup : uint8_t { mean, min, max, points };

struct Dimension {
  std::string name;
  std::string label;  ///< empty = the name
  Decimal weight;
  std::optional<std::string> parent;  ///< the dimension in whose `dimensions:` it stands
  Rollup rollup = Rollup::mean;
  Decimal start;  ///< points
  tree::Node at;
};

struct Band {
  std::string name;
  int32_t from_hundredths = 0;
  std::optional<Decimal> quantile;  ///< 0..1 instead of `from`
  std::string color;                ///< as written; colours come by rank
  tree::Node at;
};

struct Trigger {
  std::string name;
  std::string label;
  std::string why;
  Condition when;
  std::optional<Condition> until;
  Decimal points;
  std::optional<Decimal> cap;
  int32_t for_days = 1;
  int32_t stack = 1;
  bool once = false;
  tree::Node at;
};

/// What a segment or a stage says about one trigger of the model: other points or cap, or `off`.
struct TriggerChange {
  std::string name;
  bool off = false;
  std::optional<Decimal> points, cap;
  tree::Node at;
};

/// A segment or a lifecycle stage.
struct Segment {
  std::string name;
  std::string label;
  Condition when;
  std::optional<Day> from, until;                        ///< segments only
  std::vector<std::pair<std::string, Decimal>> weights;  ///< by name of a dimension or a metric, >= 0
  std::vector<tree::Node> weights_at;
  std::vector<std::pair<std::string, Curve>> curves;
  std::vector<tree::Node> curves_at;
  std::vector<Band> bands;
  std::vector<TriggerChange> triggers;
  tree::Node at;
};

struct Hierarchy {
  Decimal own = Decimal::whole(1);
  Decimal worst, mean, value_weighted, poor_by_count, poor_by_value;
  int32_t poor_below_hundredths = 4'000;
  tree::Node at;
};

/// What the score is to foretell: an entry of `outcomes:`, or `outcome: EVENT`.  docs/SEMANTICS.md#outcomes.
struct Outcome {
  enum class Kind : uint8_t {
    event,     ///< such an event is recorded
    absence,   ///< no such event is recorded
    contract,  ///< the account's contracts end and are not followed by another
  };
  std::string name;
  std::string label;  ///< empty = the name
  Kind kind = Kind::event;
  std::string expression;  ///< event, absence: the events as written
  /// event, absence: a name or a selector without a window; none: it could not be read, which was reported.
  std::optional<language::Expression> events;
  int32_t horizon_days = 90;         ///< `within`, 1..730
  int32_t gap_days = 0;              ///< 0..365
  int32_t renewed_within_days = 30;  ///< contract: 1..365
  std::optional<Condition> among;    ///< who is at risk; none: everyone scored
  Reads reads;                       ///< of `events`; filled in by the check
  bool short_form = false;           ///< `outcome: EVENT`, or neither key
  tree::Node at;                     ///< the name
  tree::Node events_at;              ///< the scalar of `event` or `absence`
};

/// A condition that no score reads: somebody wants to know on which days it holds.
struct Watched {
  std::string name;
  Condition when;
};

/// `accounts:`
struct Accounts {
  bool trial = false, onboarding = true, active = true, notice = true;
  std::optional<Condition> when;
};

/// An entry of `inputs:`: what the model needs from people.
struct Input {
  std::string name;
  std::string label;
  std::string event;
  int32_t every_days = 0;
  std::string from;
  std::vector<std::pair<int, std::string>> rubric;  ///< ascending
  tree::Node at;
  tree::Node event_at;
};

/// An entry of `let:`; already put in place in every expression when the model is read.
struct Constant {
  std::string name;
  language::Expression value;  ///< number, text, flag or duration
  tree::Node at;
};

/// Invariants after the check: see plan/plan.h, which it can be lowered to without a further error.
struct Model {
  tree::Tree document;  ///< for places; its nodes are not used any more
  std::string name;
  std::string purpose;
  std::string healthy_means;
  std::vector<Outcome> outcomes;  ///< in file order; at least one, the first is meant where none is named
  int64_t min_coverage_micros = 600'000;
  int32_t too_new_days = 28;
  std::vector<Dimension> dimensions;
  std::vector<Metric> metrics;
  std::vector<Band> bands;
  Rollup rollup = Rollup::mean;
  int32_t band_margin_hundredths = 0;
  int32_t band_dwell_days = 1;
  bool quantiles_within_segment = false;
  std::vector<Segment> segments;  ///< in file order
  std::vector<Segment> stages;    ///< in file order
  std::vector<Trigger> triggers;
  Hierarchy hierarchy;
  Accounts accounts;
  std::vector<Input> inputs;
  std::vector<Constant> constants;
  std::vector<Watched> watched;  ///< not of the file: see model/watch.h
  bool dimensions_read = false;  ///< `dimensions:` was there: unknown names can be told
  Problems warnings;

  [[nodiscard]] const Dimension* find_dimension(std::string_view wanted) const {
    for (const Dimension& d : dimensions) {
      if (d.name == wanted) return &d;
    }
    return nullptr;
  }
};

/// A copy of a node without what stands below it: enough for a place.
[[nodiscard]] tree::Node place_only(const tree::Node& node);

}  // namespace kenko::model
