// verify/every_function_plan.h
//
// A plan that uses every function, operation, curve and policy once or more, over the words of the random companies.
#pragma once

#include <map>
#include <string>

#include "plan/plan.h"

namespace kenko::verify {

/// `node`: by the function's name, the node that the metric of the same name shows.  `metric`: positions by name.
struct EveryFunctionPlan {
  plan::Plan plan;
  std::map<std::string, plan::NodeId> node;
  std::map<std::string, size_t> metric;
};

[[nodiscard]] EveryFunctionPlan every_function_plan();

}  // namespace kenko::verify
