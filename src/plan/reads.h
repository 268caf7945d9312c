// plan/reads.h
//
// What a metric rests on: where to look for its evidence; and what scores do not rest on.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace kenko::plan {

/// Invariants: node ids ascend; names are sorted, without repeats.
struct Reads {
  std::vector<NodeId> aggregates;       ///< nodes whose op is aggregate: selector, window and function of each
  std::vector<std::string> events;      ///< their event names
  std::vector<std::string> attributes;  ///< keys of attr() and days_until()
  bool seats = false;
  bool arr = false;
  bool term = false;      ///< term_months(), days_into_term(), days_to_renewal()
  bool children = false;  ///< children(): what is read below it is read of them
};

/// `metric` is an index of Plan::metrics.
[[nodiscard]] Reads expression_reads(const Plan& plan, size_t metric);

/// By node: nothing but outcomes and watched conditions read it, so that no score depends on it.
[[nodiscard]] std::vector<bool> not_for_scores(const Plan& plan);

}  // namespace kenko::plan
