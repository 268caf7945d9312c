// app/play_effects.h
//
// What plays did and what a hold-out could find, as tables.  The statistics are those of plays/effect.h.
#pragma once

#include <string>
#include <vector>

#include "app/acting.h"
#include "plays/follow.h"
#include "report/section.h"

namespace kenko::app {

/// Follows the accounts of some plays while days are replayed.  `all` must outlive it; which: positions in it.
class PlayFollows {
 public:
  PlayFollows(const plays::Plays& all, const std::vector<size_t>& which, int32_t horizon_days);
  /// To be handed to replay(); refers to this.
  [[nodiscard]] DayWatcher watcher();
  /// Of the play at a position of `which`.
  [[nodiscard]] std::vector<plays::EffectRow> rows(size_t i) const { return follows_[i].rows(); }

 private:
  std::vector<plays::Follow> follows_;
};

/// The empty section "effects".
[[nodiscard]] report::Section effect_section(int32_t horizon_days);
/// Adds a row for each outcome.
void add_effect(const std::string& play, const std::vector<plays::EffectRow>& rows, uint64_t seed,
                report::Section& section);

/// The section "hold_out": the smallest effects that holding out a share of those who come in a quarter would find.
[[nodiscard]] report::Section power_section(const std::vector<plays::EffectRow>& past, Day last, double share,
                                            int32_t horizon_days);

}  // namespace kenko::app
