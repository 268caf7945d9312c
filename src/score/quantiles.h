// score/quantiles.h
//
// Cut-offs of bands by quantile.  docs/SEMANTICS.md#bands 2.  Internal to the module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/day.h"
#include "score/history.h"
#include "score/rules.h"

namespace kenko::score {

/// The cut-offs of all lists of bands by quantile, for every day.
///
/// Use: add() every account in any order, one at a time, then find().  Memory: 2 bytes an account and scored day until
/// find(), which keeps the cut-offs alone.
class Quantiles {
 public:
  Quantiles(const Rules& rules, Day first, Day until);

  void add(const LifeScores& scores);
  void find();
  /// From of each band in hundredths on a day for an account of the segment; empty = no band.
  [[nodiscard]] std::span<const int32_t> froms(int16_t list, Day day, int segment) const;

 private:
  [[nodiscard]] size_t place(Day day, int segment) const;

  const Rules& rules_;
  Day first_;
  size_t groups_ = 1;                          // segments that are told apart
  std::vector<std::vector<int16_t>> scores_;   // by place: those of a day
  std::vector<std::vector<int32_t>> cutoffs_;  // by list x places + place: those that hold on the day after
};

/// The cut-offs of `bands` over ascending scores; empty for fewer than 10.
[[nodiscard]] std::vector<int32_t> cutoffs_of(std::span<const plan::Band> bands, std::span<const int16_t> scores);

}  // namespace kenko::score
