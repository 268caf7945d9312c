// model/check.h
//
// What a model means must be possible: names that exist, types that fit, curves that rise.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/settings.h"
#include "model/model.h"

namespace kenko::model {

/// What a workspace offers to a model.
struct Context {
  std::vector<std::string> events;                         ///< that some source emits; sorted, without repeats
  std::map<std::string, facts::AttributeType> attributes;  ///< of accounts
  std::set<std::string> conflicting;                       ///< attributes that two sources give with different types
  std::set<std::string> ours;                              ///< events of our own team
};
[[nodiscard]] Context context_of(const facts::Settings& settings);

/// Adds every problem; fills in Metric::type, reads and ours.
void check_model(Model& model, const Context& context, Problems& problems);

}  // namespace kenko::model
