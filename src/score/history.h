// score/history.h
//
// Days of metrics -> days of scores: missing policies, roll-up, coverage, silence, band.  Stateful along an account's
// days.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"
#include "plan/plan.h"

namespace kenko::score {

/// Why a day has a score or has none.
enum class State : uint8_t {
  none,  ///< no row: the account is not alive
  scored,
  paused,        ///< the score of the day before the pause, kept
  insufficient,  ///< coverage below min_coverage
  too_new,       ///< the same, but the account is young
  unscored,      ///< trial, churned or internal
};
[[nodiscard]] std::string_view word(State state);

inline constexpr int32_t kNoScore = -1;

/// The scores of one life of an account, one entry per day.
///
/// Units:  scores are hundredths of a point (0..10'000), kNoScore where there is none; silence is <= 0; coverage is in
///         millionths of the weight; dimension scores are millionths of a point, -1 where empty.
/// Invariants: score = rolled_up + silence where state is scored; a paused day repeats the last scored day's score and
/// band.
struct LifeScores {
  Day first;
  std::vector<State> state;
  std::vector<engine::AccountStatus> status;
  std::vector<int32_t> score, rolled_up, silence;
  std::vector<int32_t> coverage;
  std::vector<int8_t> band;                     ///< position in plan.bands, -1 without a score
  std::vector<std::vector<int32_t>> dimension;  ///< [dimension][day]

  [[nodiscard]] size_t size() const { return state.size(); }
};

/// What the silence rule carries from day to day, through all lives of an account: a life that begins without a fact
/// may not look better than the one before it.
struct Silence {
  int32_t smallest = kNoScore;  ///< the smallest rolled-up score of the scored days since the last fact day
};

/// Rolls up one life; lives must come in the order of time.  `out` is reused.
void roll_up(const plan::Plan& plan, const engine::LifeDays& days, Silence& silence, LifeScores& out);

/// What a metric is worth on one day, after its missing policy.
struct MetricPoints {
  int32_t points = -1;    ///< millionths; -1 = excluded
  bool evidence = false;  ///< points came from a value
};
[[nodiscard]] MetricPoints points_of(const plan::Metric& metric, int32_t curve_points);

/// One account's row of one day.
struct DayRow {
  uint32_t account = 0;
  Day day;
  const engine::LifeDays* days = nullptr;  ///< the life that holds the day
  const LifeScores* scores = nullptr;
  size_t at = 0;  ///< position of the day in both
};

/// Computes every account (or those in `accounts`, if not empty) up to `until` on `threads` threads and hands each
/// account's lives, in the order of accounts, to `sink` one account at a time (never concurrently).  The views are gone
/// after the call. The result depends neither on `threads` nor on their timing.
struct AccountHistory {
  uint32_t account = 0;
  std::span<const engine::LifeDays> days;
  std::span<const LifeScores> scores;  ///< same length
};
void for_each_account(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                      const std::function<void(const AccountHistory&)>& sink);

/// The row of `day`, or nullptr days when the account has none.
[[nodiscard]] DayRow find_day(const AccountHistory& history, Day day);

}  // namespace kenko::score
