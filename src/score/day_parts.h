// score/day_parts.h
//
// What a day's score is made of, computed anew for one day when somebody asks: weights, points, triggers, bands.  The
// roll-up itself uses the same rules.  docs/SEMANTICS.md#segments-and-stages, #triggers, #bands.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"
#include "score/history.h"

namespace kenko::score {

/// The points of a day, with staleness and every missing policy.
[[nodiscard]] MetricPoints points_on(const plan::Metric& metric, const engine::MetricDays& days, Day life_first,
                                     size_t at);

/// The weights of a day in millionths; 0 = left out.
struct Weights {
  std::vector<int64_t> metric;     ///< by metric; 0 where it has no dimension
  std::vector<int64_t> dimension;  ///< by dimension
};
[[nodiscard]] Weights weights_on(const plan::Plan& plan, int segment, int stage);

/// Every list of bands of the plan has a number: 0 is the model's, then those of segments, then of stages.
[[nodiscard]] int16_t band_list_on(const plan::Plan& plan, int segment, int stage);
[[nodiscard]] std::span<const plan::Band> bands_of(const plan::Plan& plan, int16_t list);
/// The band shown on a day; nullptr when there is none.
[[nodiscard]] const plan::Band* band_on(const plan::Plan& plan, const LifeScores& scores, size_t at);

/// A trigger that is active on a day.
struct ActiveTrigger {
  uint32_t trigger = 0;           ///< position in plan.triggers
  int32_t starts = 1;             ///< how often its points count
  int32_t points_hundredths = 0;  ///< of all starts, before the sum is held within 0 and 100
  std::optional<int32_t> cap_hundredths;
};
/// In the plan's order, those alone that have an effect that day (not `off`).
[[nodiscard]] std::vector<ActiveTrigger> active_triggers(const plan::Plan& plan, const engine::LifeDays& days,
                                                         size_t at);

/// active_triggers() of one day of a life after the other, in one pass.  Ownership: refers to both arguments.
class TriggerWalk {
 public:
  TriggerWalk(const plan::Plan& plan, const engine::LifeDays& days);
  ~TriggerWalk();
  TriggerWalk(const TriggerWalk&) = delete;
  TriggerWalk& operator=(const TriggerWalk&) = delete;

  /// Those of the life's first day, then of the day after it, and so on; valid until the next call.
  [[nodiscard]] const std::vector<ActiveTrigger>& next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Number of days up to this one, within the life, with the same stage; 0 without a stage.
[[nodiscard]] int32_t days_in_stage(const engine::LifeDays& days, size_t at);

}  // namespace kenko::score
