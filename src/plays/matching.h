// plays/matching.h
//
// Finds, for accounts that a play ran for, accounts like them that it did not run for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plays/effect.h"

namespace kenko::plays {

/// Positions in the rows given.
struct Pair {
  size_t treated = 0, other = 0;
};

/// Each treated row with the nearest row of Arm::none: the same segment, at most 30 days apart, score at most 5 points
/// and its change at most 10 points apart, ARR at most twice or half; among those the smallest distance (sum of the
/// squares of those differences in units of their limits).  Without replacement: an account stands in one pair.  Pairs
/// are taken by rising distance, ties by position.  Rows without a score are in no pair; an unknown ARR or change is
/// like an unknown one only.  Another account of the same top parent is no match.
[[nodiscard]] std::vector<Pair> match(std::span<const EffectRow> rows);

}  // namespace kenko::plays
