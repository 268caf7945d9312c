// A plan as it was before the outcomes were lowered: they stand behind everything else.
#pragma once

#include <algorithm>
#include <vector>

#include "plan/plan.h"
#include "plan/reads.h"

namespace kenko::plan {

inline Plan without_outcomes(Plan plan) {
  const std::vector<bool> only = not_for_scores(plan);
  const auto nodes = static_cast<size_t>(std::find(only.begin(), only.end(), true) - only.begin());
  plan.nodes.resize(nodes);
  size_t selectors = 0;
  for (const Node& n : plan.nodes) {
    if (n.op == Op::aggregate)
      selectors = std::max({selectors, n.aggregate.selector + size_t{1}, n.aggregate.second + size_t{1}});
  }
  plan.selectors.resize(selectors);
  for (Stage& s : plan.stages) std::erase_if(s.nodes, [nodes](NodeId id) { return id >= nodes; });
  plan.outcomes.clear();
  return plan;
}

}  // namespace kenko::plan
