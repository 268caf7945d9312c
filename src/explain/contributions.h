// explain/contributions.h
//
// Why a score is what it is, in parts that add up exactly.  docs/SEMANTICS.md#roll-up 7-9.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"
#include "score/history.h"

namespace kenko::explain {

/// `total` split in proportion to `weights` (>= 0) by the largest remainder; ties go to the smaller index.  All weights
/// zero = all parts zero.  Requires total >= 0.  The parts add up to `total` exactly unless all weights are zero.
[[nodiscard]] std::vector<int64_t> apportion(int64_t total, const std::vector<Int128>& weights);

/// One metric's part of a day's score.
struct Part {
  uint32_t metric = 0;            ///< position in plan.metrics
  std::optional<double> value;    ///< null = no value; texts are codes of Engine::text
  std::optional<int32_t> points;  ///< millionths, after the missing policy
  bool evidence = false;
  int64_t share_micros = 0;  ///< of the whole weight that day, after what is missing was spread, 1'000'000 = all
  int64_t contribution = 0;  ///< millionths of a point
  int64_t lost = 0;          ///< millionths of a point below 100
};

/// A day's score in parts.
///
/// Invariants: sum of contribution = rolled_up x 10'000 (unless no score); sum of lost = 1'000'000 x 100 - that;
///             score = rolled_up + silence, in hundredths.
struct Explanation {
  Day day;
  score::State state = score::State::none;
  engine::AccountStatus status = engine::AccountStatus::none;
  int32_t score = score::kNoScore;
  int32_t rolled_up = score::kNoScore;
  int32_t silence = 0;
  int32_t coverage = 0;
  int band = -1;
  std::vector<int32_t> dimension;  ///< millionths, -1 = empty
  std::vector<Part> parts;         ///< scored metrics, in the plan's order
};

[[nodiscard]] Explanation explain_day(const plan::Plan& plan, const score::DayRow& row);

/// The change between two explained days, by metric (positions as in plan.metrics) and silence; all in millionths.
/// nullopt when either day has no score.  Adds up to (after.score - before.score) x 10'000.
struct Change {
  int64_t total = 0;
  std::vector<std::pair<uint32_t, int64_t>> by_metric;
  int64_t silence = 0;
};
[[nodiscard]] std::optional<Change> change_between(const Explanation& before, const Explanation& after);

}  // namespace kenko::explain
