// model/watch.h
//
// Conditions of other files (alerts.yaml) in the language of the model, looked at beside its scores.
#pragma once

#include <string>

#include "base/result.h"
#include "facts/settings.h"
#include "model/model.h"
#include "tree/tree.h"

namespace kenko::model {

/// Adds a condition to Model::watched, which no score reads.  It may name the model's metrics, not its constants.
/// at: the scalar of `document` that holds it; what does not parse or fit is put into `problems`, and nothing is added.
/// Requires: the name is new.
void watch(Model& model, const std::string& name, const tree::Node& at, const tree::Tree& document,
           const facts::Settings& settings, Problems& problems);

}  // namespace kenko::model
