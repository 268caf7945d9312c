// model/check_rules.h
//
// Do the rules of a model name what exists, and can they ever do something?
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/check.h"
#include "model/model.h"

namespace kenko::model {

/// Checks constants, triggers, segments, stages, accounts, hierarchy and inputs; fills in the reads of their
/// conditions. `typed`: for each metric whether its value passed (check_values).
void check_rules(Model& model, const Context& context, const std::vector<bool>& typed, Problems& problems);

/// Checks bands: the model's, or those of a segment or stage.
void check_bands(const std::vector<Band>& bands, const Model& model, Problems& problems);

/// Warns of segments (stages) that can never be the first whose condition holds: their conditions contradict
/// themselves or the days, or an earlier one holds whenever they do.
void check_reach(const std::vector<Segment>& segments, std::string_view what, const Model& model, Problems& problems);

}  // namespace kenko::model
