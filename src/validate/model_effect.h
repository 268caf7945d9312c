// validate/model_effect.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "score/history.h"
#include "validate/panel.h"

namespace kenko::validate {

/// One account whose score is another by another model.  Units: hundredths; score::kNoScore = none.
struct ScoreMove {
  std::string account, name;
  int32_t before = score::kNoScore, after = score::kNoScore;
  std::string band_before, band_after;  ///< empty = none
  int64_t arr = kNoAmount;              ///< millionths of the workspace's currency, kNoAmount = unknown
};

/// So many accounts stood in one band and would stand in another; an empty name = no score.
struct BandMove {
  std::string before, after;
  int64_t accounts = 0;
  int64_t arr = 0;  ///< of those whose ARR is known, millionths
};

/// Who is affected on one day when one model gives way to another.  up, down and unchanged are the accounts that both
/// models score.
struct ModelEffect {
  Day as_of;
  int64_t up = 0, down = 0, unchanged = 0;
  int64_t gained = 0, lost = 0;    ///< scored by the later, by the earlier model alone
  int64_t sum_hundredths = 0;      ///< of the changes of those that both score
  std::vector<BandMove> bands;     ///< where the band differs; most accounts first
  std::vector<ScoreMove> largest;  ///< the 10 largest changes, by their size, then by account
  std::vector<ScoreMove> movers;   ///< all whose band differs: the most ARR first, then by account
  [[nodiscard]] int64_t both() const { return up + down + unchanged; }
};

}  // namespace kenko::validate
