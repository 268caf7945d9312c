// model/check_outcomes.h
//
// What the score is to foretell.
#pragma once

#include "base/result.h"
#include "model/check.h"
#include "model/model.h"

namespace kenko::model {

/// Checks the outcomes; puts the events of each into the form of a selector.  Call it after check_values.
void check_outcomes(Model& model, const Context& context, Problems& problems);

}  // namespace kenko::model
