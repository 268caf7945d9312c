// validate/band_moves.h
//
// How accounts move between bands, and whether bands flap.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "validate/panel.h"

namespace kenko::validate {

/// Accounts by their band on two days.  The last row and column are those without a band: new, gone, or not scored.
struct BandMatrix {
  Day from, to;
  std::vector<std::string> bands;              ///< worst first
  std::vector<std::vector<int64_t>> accounts;  ///< [band on from][band on to]
  std::vector<std::vector<int64_t>> arr;       ///< millionths, of those whose ARR is known (on `to`, else on `from`)
};
/// from, to: positions in panel.days.
[[nodiscard]] BandMatrix band_matrix(const Panel& panel, size_t from, size_t to);

/// How often bands changed, and came back soon.
struct Flapping {
  int32_t days = 0, within = 0;  ///< looked at; a change taken back within so many days is a return
  int64_t accounts = 0, moved = 0, returned = 0;
  int64_t moves = 0, returns = 0;

  /// The bands of one account, day after day; -1 = none (skipped).
  void add(std::span<const int32_t> bands);
};

}  // namespace kenko::validate
