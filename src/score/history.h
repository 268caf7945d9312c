// score/history.h
//
// Days of metrics -> days of scores: missing policies, roll-up, coverage, silence, band.  Stateful along an account's
// days.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"
#include "engine/peers.h"
#include "plan/plan.h"

namespace kenko::score {

class Children;  // score/children.h

/// Why a day has a score or has none.
enum class State : uint8_t {
  none,  ///< no row: the account is not alive
  scored,
  paused,        ///< the score of the day before the pause, kept
  insufficient,  ///< coverage below min_coverage
  too_new,       ///< the same, but the account is young
  unscored,      ///< a status, or a day, that the model does not score
};
[[nodiscard]] std::string_view word(State state);

inline constexpr int32_t kNoScore = -1;

/// The scores of one life of an account, one entry per day.
///
/// Units:  scores and lines are hundredths of a point (scores 0..10'000, kNoScore where there is none); coverage is in
///         millionths of the weight; dimension scores are millionths of a point, -1 where empty.
/// Lines:  where state is scored, max(rolled_up, 0) + hierarchy + triggers + cap + silence = computed and computed +
///         override_line = score; elsewhere they are 0.  rolled_up is kNoScore where the children alone give the score.
/// Invariants: a paused day repeats the score and band of the last day before the pause.
struct LifeScores {
  Day first;
  std::vector<State> state;
  std::vector<engine::AccountStatus> status;
  std::vector<int32_t> score, computed, rolled_up;
  std::vector<int32_t> hierarchy, triggers, cap, silence, override_line;
  std::vector<int32_t> coverage;
  std::vector<int8_t> band;                     ///< position in bands_of(plan, band_list), -1 without one
  std::vector<int16_t> band_list;               ///< where the band is from, 0 = plan.bands
  std::vector<int16_t> segment, stage;          ///< positions in plan.segments, plan.life_stages; -1 = none
  std::vector<std::vector<int32_t>> dimension;  ///< [dimension][day]

  [[nodiscard]] size_t size() const { return state.size(); }
};

/// What the silence rule carries from day to day, through all lives of an account: a life that begins without a fact
/// may not look better than the one before it.
struct Silence {
  int32_t smallest = kNoScore;  ///< the smallest score of the scored days since the last fact day
};

/// Rolls up one life of an account whose score depends on no other account; lives must come in the order of time.
/// Quantile bands give no band.  `out` is reused.
void roll_up(const plan::Plan& plan, const engine::LifeDays& days, Silence& silence, LifeScores& out);

/// What a metric is worth on one day, after its missing policy.
struct MetricPoints {
  int32_t points = engine::kNoPoints;  ///< millionths, may be negative (curve `each`); kNoPoints = left out
  bool evidence = false;               ///< points came from a value, of this day or held
  bool stale = false;                  ///< a source is overdue
  std::optional<Day> from;             ///< the day whose points these are, when it is not this day
};
/// Without looking at other days: neither held nor stale points (score/day_parts.h has those).
[[nodiscard]] MetricPoints points_of(const plan::Metric& metric, int32_t curve_points);

/// One account's row of one day.
struct DayRow {
  uint32_t account = 0;
  Day day;
  const engine::LifeDays* days = nullptr;  ///< the life that holds the day
  const LifeScores* scores = nullptr;
  size_t at = 0;                       ///< position of the day in both
  const Children* children = nullptr;  ///< of the whole portfolio; nullptr when no score rests on other accounts
};

struct AccountHistory {
  uint32_t account = 0;
  std::span<const engine::LifeDays> days;
  std::span<const LifeScores> scores;  ///< same length
  const engine::Peers* peers = nullptr;
  const Children* children = nullptr;  ///< nullptr when no score rests on other accounts
};

/// Computes every account (or those in `accounts`, if not empty) up to `until` on `threads` threads and hands each
/// account's lives, in the order of `accounts`, to `sink` one account at a time (never concurrently).  What these
/// accounts need of others (children, peers, quantiles) is computed first.  The views are gone after the call. The
/// result depends neither on `threads` nor on their timing, nor on which accounts are asked for.
void for_each_account(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                      const std::function<void(const AccountHistory&)>& sink, const engine::RunOptions& options = {});

/// The row of `day`, or nullptr days when the account has none.
[[nodiscard]] DayRow find_day(const AccountHistory& history, Day day);

}  // namespace kenko::score
