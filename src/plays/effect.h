// plays/effect.h
//
// What a play did: accounts for which it ran against accounts that a lot held out (intention to treat), or, where
// nothing was held out, against accounts like them for which it did not run.  docs/PLAYS.md has the definitions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"
#include "base/sentence.h"
#include "stats/resamples.h"

namespace kenko::plays {

/// treated:  the play began for it, whatever became of the steps.
/// held_out: the lot kept the play away from it.
/// none:     it met the condition and the play did not begin: only to be compared with where nothing is held out.
enum class Arm : uint8_t { treated, held_out, none };

/// An account on the day on which a play began for it, or would have.
///
/// Units: scores in points, ARR in the workspace's currency; nullopt = null.
/// complete: the whole time in which the outcome is looked for (horizon) has closed.  What follows holds only then.
struct EffectRow {
  uint32_t account = 0;
  uint32_t top_parent = 0;
  Day day;
  Arm arm = Arm::none;
  uint32_t segment = 0;                 ///< of that day
  std::optional<double> score;          ///< of that day
  std::optional<double> change_before;  ///< of the score in the 30 days before
  std::optional<double> arr_before;     ///< of that day
  bool complete = false;
  std::optional<double> score_change;  ///< last score of the horizon less `score`; of one that left: its last score
  bool churned = false;                ///< within the horizon
  std::optional<double> arr_after;     ///< at the end of the horizon; of one that left: 0
};

/// What was compared with what.
enum class Basis : uint8_t {
  held_out,  ///< a lot decided: cause and effect
  matched,   ///< alike in what is known: weaker, because what is not known may differ
  nothing,   ///< there is neither
};

/// One outcome in both groups.
///
/// score: mean change in points.  churn: share that left, 0..1.  ARR: change as a share of the ARR before, all
/// together. effect: treated less compared; negative churn is good.  Its bounds are set exactly when `too_few` is
/// empty.
struct Measured {
  int64_t treated = 0, compared = 0;                  ///< accounts
  int64_t treated_parents = 0, compared_parents = 0;  ///< top parents
  std::optional<double> treated_mean, compared_mean;
  stats::Estimate effect;
  Sentence too_few;  ///< why there is no effect to tell
  /// The interval leaves out zero.
  [[nodiscard]] bool claimed() const { return effect.low && (*effect.low > 0 || *effect.high < 0); }
};

/// How unlike the matched groups still are: differences of means in standard deviations of the treated.
struct Balance {
  double score = 0, change_before = 0, arr = 0;
};

struct PlayEffect {
  Basis basis = Basis::nothing;
  Measured score, churn, arr;
  std::optional<double> arr_amount;  ///< of the ARR of the treated: what the effect comes to, where `arr` has one
  int64_t waiting = 0;               ///< accounts whose horizon has not closed yet
  int64_t again = 0;                 ///< later times of an account: only its first one counts
  int64_t unlike = 0;                ///< treated accounts for which nobody alike was found (matched)
  std::optional<Balance> balance;    ///< matched
};

/// Requires rows sorted by (account, day).  An account counts with its first day as treated or held out; where one top
/// parent was held out, the lot is used.  `seed` draws the lots that the interval compares with.
[[nodiscard]] PlayEffect effect_of(std::span<const EffectRow> rows, uint64_t seed);

/// Fewest top parents in each arm, accounts in each arm, and outcomes (left, and stayed) of which anything is told.
inline constexpr int64_t kFewestParents = 5, kFewestAccounts = 10, kFewestOutcomes = 5;

}  // namespace kenko::plays
