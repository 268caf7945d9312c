// score/finish.h
//
// From an account's own roll-up to its score and band, day by day: hierarchy, triggers, cap, silence, override, band.
// Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "score/children.h"
#include "score/own_days.h"
#include "score/quantiles.h"
#include "score/rules.h"

namespace kenko::score {

/// What finishing reads of other accounts.  nullptr: no child counts; bands by quantile give none.
struct Others {
  const Children* children = nullptr;
  const Quantiles* quantiles = nullptr;
};

/// The band shown, along the scored days of a life.  docs/SEMANTICS.md#bands 1.
class BandState {
 public:
  explicit BandState(const Rules& rules) : rules_(&rules) {}
  /// The band of a scored day before the rule of the best band; -1 = no cut-offs.
  [[nodiscard]] int step(int16_t list, std::span<const int32_t> froms, int32_t score);

 private:
  const Rules* rules_;
  int shown_ = -1;
  int32_t waited_ = 0;  // scored days in a row with another candidate
  int16_t list_ = -1;
};

/// Finishes the days of one account: life() for one life after the other, or begin_life() before each life's first day
/// and step() day by day.
class Finisher {
 public:
  Finisher(const Rules& rules, Others others, uint32_t account)
      : rules_(&rules), others_(others), account_(account), band_(rules) {}

  Silence silence;  ///< through all lives

  void begin_life();
  void step(const engine::LifeDays& days, const OwnDays& own, size_t at, LifeScores& out);
  void life(const engine::LifeDays& days, const OwnDays& own, LifeScores& out);

 private:
  // The value before triggers, and `own` where it counts; nullopt = no score.
  std::optional<int32_t> value_of(Day day, std::optional<int32_t> own);
  int8_t band_of(const engine::LifeDays& days, const OwnDays& own, size_t at, LifeScores& out);

  const Rules* rules_;
  Others others_;
  uint32_t account_;
  BandState band_;
  int32_t kept_score_ = kNoScore;  // of the last day before a pause
  int8_t kept_band_ = -1;
  int16_t kept_list_ = 0;
  std::vector<Child> children_;
};

}  // namespace kenko::score
