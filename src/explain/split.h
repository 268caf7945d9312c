// explain/split.h
//
// A day's score, split over dimensions and metrics.  docs/SEMANTICS.md#roll-up 8, 9.  Internal to the module.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "explain/contributions.h"
#include "plan/plan.h"

namespace kenko::explain {

/// A metric or a dimension, below a dimension or at the top.
struct Member {
  std::string_view name;
  bool nested = false;    ///< a dimension
  uint32_t position = 0;  ///< in Explanation::parts, or in plan.dimensions
};

/// The members of every dimension, and of the top (last), sorted by name.
[[nodiscard]] std::vector<std::vector<Member>> members_by_dimension(const plan::Plan& plan, const Explanation& e);

/// Fills share, contribution and lost of `e`, whose parts and dimensions are there.
void split_score(const plan::Plan& plan, Explanation& e);

}  // namespace kenko::explain
