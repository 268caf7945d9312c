// plan/plan.h
//
// The typed, staged plan that every executor consumes.  Executors never see the model's text; names stay names here and
// are bound to codes by each executor.  Plain data; made by plan/lower.h, verified by plan/verify.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "plan/node.h"

namespace kenko::plan {

/// Maps a metric's value to points.  Points are integers of a millionth of a point, 0..100'000'000.
struct Curve {
  enum class Kind : uint8_t {
    none,
    linear,
    steps,
    category,
    hill,  ///< 100 * v^n / (v^n + half^n), v at least 0
    each,  ///< points roll-up: value * each, held within +-at_most
  };
  struct Point {
    double x = 0;
    int64_t points_micros = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  struct Category {
    std::string value;  ///< for flags "true" and "false"
    int64_t points_micros = 0;
    friend bool operator==(const Category&, const Category&) = default;
  };
  Kind kind = Kind::none;
  std::vector<Point> points;         ///< linear, steps: ascending x, at least one
  std::vector<Category> categories;  ///< sorted by value
  std::optional<int64_t> other;      ///< points of any other value; none = null
  bool open_below = false;           ///< linear: the first line goes on below the first x (points stay 0..100)
  bool open_above = false;           ///< linear: the last line goes on above the last x
  double half = 0;                   ///< hill: the value that gives 50 points, > 0
  int32_t power = 1;                 ///< hill: 1..8
  int64_t each_micros = 0;           ///< each: points for one, may be negative
  int64_t at_most_micros = 0;        ///< each: > 0
  friend bool operator==(const Curve&, const Curve&) = default;
};

/// What a metric without a value is worth.
struct Missing {
  enum class Kind : uint8_t { exclude, zero, score, hold };
  Kind kind = Kind::exclude;
  int64_t points_micros = 0;  ///< score
  int32_t hold_days = 0;      ///< hold: at least 1
};

struct Metric {
  std::string name;
  std::string label;  ///< = name where the model gives none
  std::string why;
  std::string expression;             ///< as written, for print and explain
  NodeId node = 0;                    ///< the value that is shown
  NodeId points_node = 0;             ///< what goes into the curve: `node`, or its percentile or baseline
  std::optional<uint32_t> dimension;  ///< none: shown, never scored
  Decimal weight;                     ///< > 0 when scored
  Curve curve;
  Missing missing;
  bool ours = false;  ///< rests on our own team's activity or judgement
};

/// How the members of a dimension, or the dimensions of the model, become one number.
enum class Rollup : uint8_t { mean, min, max, points };

struct Dimension {
  std::string name;
  std::string label;
  Decimal weight;                  ///< > 0
  std::optional<uint32_t> parent;  ///< the dimension it is nested in
  Rollup rollup = Rollup::mean;
  int64_t start_micros = 0;  ///< points: where it starts, 0..100'000'000
};

/// A range of scores, half-open up to the next band.
struct Band {
  std::string name;
  int32_t from_hundredths = 0;
  std::optional<int64_t> quantile_micros;  ///< from this quantile of the scores of the day before; all bands or none
  friend bool operator==(const Band&, const Band&) = default;
};

/// A rule that changes the rolled-up score; docs/SEMANTICS.md#triggers.
struct Trigger {
  std::string name;
  std::string label;
  NodeId when = 0;                ///< flag
  std::optional<NodeId> until;    ///< flag: active until it holds
  int32_t points_hundredths = 0;  ///< added while active
  std::optional<int32_t> cap_hundredths;
  int32_t for_days = 1;  ///< active on d when `when` held on a day in (d - for_days, d]
  int32_t stack = 1;     ///< counts up to so many starts
  bool once = false;     ///< only the first time of a life
};

/// What a segment or a stage says about a trigger; what is absent stays as it was.
struct TriggerChange {
  std::optional<int32_t> points_hundredths, cap_hundredths;
};

/// What a segment or a stage changes.  Positions are those of the plan's lists; sorted by position.
struct Changes {
  std::vector<std::pair<uint32_t, Decimal>> dimension_weights;  ///< >= 0; 0 = left out
  std::vector<std::pair<uint32_t, Decimal>> metric_weights;
  std::vector<std::pair<uint32_t, Curve>> curves;
  std::vector<Band> bands;  ///< empty = the model's
  std::vector<std::pair<uint32_t, TriggerChange>> triggers;
  std::vector<uint32_t> triggers_off;
};

/// The first segment (stage) in the order of the file whose condition holds is the account's on that day.
struct Segment {
  std::string name;
  std::string label;
  NodeId when = 0;                 ///< flag; no percentile below it
  std::optional<Day> from, until;  ///< effective dates, both included
  Changes changes;
};

/// How a parent's score uses its children's.  Weights >= 0; all but `own` zero = the children do not count.
struct Hierarchy {
  Decimal own = Decimal::whole(1);
  Decimal worst, mean, value_weighted, poor_by_count, poor_by_value;
  int32_t poor_below_hundredths = 4'000;
  [[nodiscard]] bool uses_children() const {
    return worst.micros + mean.micros + value_weighted.micros + poor_by_count.micros + poor_by_value.micros > 0;
  }
};

/// Which accounts are scored.
struct Accounts {
  bool trial = false, onboarding = true, active = true, notice = true;
  std::optional<NodeId> when;  ///< flag
};

/// What the score is to foretell within `horizon_days`; docs/SEMANTICS.md#outcomes.  Changes no score.
struct Outcome {
  enum class Kind : uint8_t {
    event,    ///< an event of `events` is decided in (T + gap, T + gap + horizon]
    absence,  ///< no event of `events` lies in (T + gap, T + gap + horizon]
    contract  ///< the contracts end in (T + gap, T + gap + horizon], and none counts in the renewed_within days after
  };
  std::string name;   ///< unique in the model
  std::string label;  ///< = name where the model gives none
  Kind kind = Kind::event;
  /// A count over the whole life whose selector takes the outcome's events (Engine::selected_events); none: contract.
  std::optional<NodeId> events;
  int32_t horizon_days = 90;        ///< 1..730
  int32_t gap_days = 0;             ///< 0..365
  int32_t renewed_within_days = 0;  ///< contract: 1..365, else 0
  std::optional<NodeId> among;      ///< flag: who is at risk; none: everyone scored
};

/// A condition that no score reads, looked at on every day.
struct Watched {
  std::string name;  ///< unique
  NodeId when = 0;   ///< flag
};

/// What the model needs from people: an event, and how often.
struct Input {
  std::string name, label, event;
  int32_t every_days = 0;
  std::string from;                                 ///< who gives it, in words
  std::vector<std::pair<int, std::string>> rubric;  ///< what each value means, ascending
};

/// A stage holds what may be computed once all earlier stages are done for every account.
struct Stage {
  enum class Kind : uint8_t {
    local,  ///< nodes that read one account only; always the first stage
    peers,  ///< children and percentile nodes, which read values of earlier stages of other accounts, and what is above
    account,  ///< curves, roll-up, hierarchy, triggers, silence, override, band; always the last stage
  };
  Kind kind = Kind::local;
  std::vector<NodeId> nodes;  ///< ascending
};

/// Invariants: metrics and dimensions are sorted by name (their order in the file means nothing); bands ascend and the
/// first
///             starts at 0; at least one scored metric; every node is reachable from a metric, segment, stage, trigger,
///             outcome, watched condition or `accounts`; args precede users; nodes that no score reads stand behind all
///             others.
///             Segments, stages and outcomes stand in the order of the file, triggers by name.
struct Plan {
  std::string model;
  std::vector<Selector> selectors;
  std::vector<Node> nodes;
  std::vector<Stage> stages;
  std::vector<Metric> metrics;
  std::vector<Dimension> dimensions;
  Rollup rollup = Rollup::mean;  ///< of the dimensions without parent: mean, min or max
  std::vector<Band> bands;
  int32_t band_margin_hundredths = 0;
  int32_t band_dwell_days = 1;
  bool quantiles_within_segment = false;
  std::vector<Segment> segments;
  std::vector<Segment> life_stages;
  std::vector<Trigger> triggers;
  Hierarchy hierarchy;
  Accounts accounts;
  std::vector<Outcome> outcomes;  ///< in the order of the file: the first is meant where none is named
  std::vector<Input> inputs;
  std::vector<Watched> watched;           ///< changes no score and no fingerprint
  int64_t min_coverage_micros = 600'000;  ///< share of the weight, 1'000'000 = all
  int32_t too_new_days = 28;
  Hash128 fingerprint;  ///< of the meaning: not of labels, outcomes, comments, order or layout
};

}  // namespace kenko::plan
