// explain/contributions.h
//
// Why a score is what it is, in parts that add up exactly.  docs/SEMANTICS.md#roll-up 7-10, #hierarchy, #triggers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "engine/engine.h"
#include "plan/plan.h"
#include "score/children.h"
#include "score/history.h"

namespace kenko::explain {

/// `total` split in proportion to `weights` by the largest remainder: floors first, then one each to the largest
/// remainders; ties go to the smaller index.  Single weights may be negative; a sum of 0 or less = all parts zero, else
/// the parts add up to `total` exactly.  Requires total >= 0.
[[nodiscard]] std::vector<int64_t> apportion(int64_t total, const std::vector<Int128>& weights);

/// One metric's part of a day's score.
struct Part {
  uint32_t metric = 0;            ///< position in plan.metrics
  std::optional<double> value;    ///< null = no value; texts are codes of Engine::text
  std::optional<int32_t> points;  ///< millionths, after staleness and `missing`; may be negative (curve `each`)
  bool evidence = false;
  bool stale = false;         ///< a source is overdue: the points are those of `from`
  std::optional<Day> from;    ///< the day whose points these are, when it is not this day (stale or held)
  int64_t weight_micros = 0;  ///< that day; 0 = left out by its segment or stage
  int64_t share_micros = 0;   ///< of the whole weight that day, after what is missing was spread, 1'000'000 = all; 0 in
                              ///< a dimension with `rollup: points`, whose members have no weight
  int64_t contribution = 0;   ///< millionths of a point
  int64_t lost = 0;           ///< millionths of a point below 100
};

/// One dimension's part: the sum of its start and of its members.
struct Group {
  int64_t weight_micros = 0;  ///< that day; 0 = left out
  int64_t share_micros = 0;
  int64_t contribution = 0;
  int64_t lost = 0;
  std::optional<int64_t>
      start;  ///< the line `start of DIMENSION`; none when the dimension adds nothing or has no start
  int64_t start_lost = 0;
};

/// An active trigger.
struct TriggerLine {
  uint32_t trigger = 0;           ///< position in plan.triggers
  int32_t starts = 1;             ///< how often its points count
  int32_t points_hundredths = 0;  ///< as the model says, of all starts
  int32_t line_hundredths = 0;    ///< what is left of them after the score was held within 0 and 100
  std::optional<int32_t> cap_hundredths;
};

/// What the children add.
struct HierarchyPart {
  score::HierarchyParts parts;
  std::vector<score::Child> children;  ///< those that are scored that day, by account
};

/// A day's score in parts.  Contributions are millionths of a point; the other lines are hundredths.
///
/// Invariants, on a day whose state is scored:
///   sum of parts' contribution + sum of groups' start = max(rolled_up, 0) x 10'000
///   sum of parts' lost + sum of groups' start_lost = 1'000'000 x 100 - that, when rolled_up is a score, else 0
///   max(rolled_up, 0) + hierarchy + sum of triggers' lines + cap + silence = computed
///   computed + override_line = score
/// On other days all lines are 0; a paused day repeats score and band, and has parts that contribute nothing.
struct Explanation {
  Day day;
  score::State state = score::State::none;
  engine::AccountStatus status = engine::AccountStatus::none;
  int segment = -1;           ///< position in plan.segments, -1 = none
  int stage = -1;             ///< position in plan.life_stages
  int32_t days_in_stage = 0;  ///< 0 without a stage
  int32_t score = score::kNoScore;
  int32_t computed = score::kNoScore;   ///< before the override
  int32_t rolled_up = score::kNoScore;  ///< kNoScore where the children alone give the score
  int32_t hierarchy = 0;
  int32_t cap = 0;
  int32_t silence = 0;
  int32_t override_line = 0;
  int32_t coverage = 0;
  int band = -1;  ///< position in score::bands_of(plan, band_list)
  int16_t band_list = 0;
  std::vector<int32_t> dimension;     ///< millionths, -1 = empty or left out
  std::vector<Group> groups;          ///< by dimension
  std::vector<Part> parts;            ///< scored metrics, in the plan's order
  std::vector<TriggerLine> triggers;  ///< those that have an effect that day, in the plan's order
  std::optional<uint32_t> capped_by;  ///< the active trigger with the lowest cap, whether or not it takes anything off
  std::optional<HierarchyPart> from_children;  ///< on scored days, when the model uses children
  engine::Override override_in_force;
};

/// `row` must come from a run with triggers and overrides.
[[nodiscard]] Explanation explain_day(const plan::Plan& plan, const score::DayRow& row);

/// The band shown; nullptr = none.
[[nodiscard]] const plan::Band* band_of(const plan::Plan& plan, const Explanation& e);

/// A line of an explanation, or of a change.
struct Line {
  enum class Kind : uint8_t { start, metric, hierarchy, trigger, cap, silence, override_ };
  Kind kind = Kind::metric;
  uint32_t position = 0;  ///< of the dimension (start), metric or trigger in the plan's list; else 0
  int64_t micros = 0;     ///< millionths of a point
};
/// All lines of a scored day, which add up to score x 10'000; empty on other days.  Metrics in the plan's order, a
/// dimension's start before its first metric; lines of rules that change nothing are left out.
[[nodiscard]] std::vector<Line> lines_of(const plan::Plan& plan, const Explanation& e);
/// `logins`, `start of habit`, `hierarchy`, `trigger NAME`, `cap`, `silence`, `override`.
[[nodiscard]] std::string name_of(const plan::Plan& plan, const Line& line);

/// The change between two explained days of one plan, by line (a line that one day does not have counts 0 there); all
/// in millionths.  nullopt when either day is not scored.  The lines add up to total = (after.score - before.score) x
/// 10'000.
struct Change {
  int64_t total = 0;
  std::vector<std::pair<uint32_t, int64_t>> by_metric;   ///< every scored metric
  std::vector<std::pair<uint32_t, int64_t>> by_start;    ///< dimensions with a start on either day
  std::vector<std::pair<uint32_t, int64_t>> by_trigger;  ///< triggers active on either day
  int64_t hierarchy = 0;
  int64_t cap = 0;
  int64_t silence = 0;
  int64_t override_line = 0;
};
[[nodiscard]] std::optional<Change> change_between(const Explanation& before, const Explanation& after);

}  // namespace kenko::explain
