// model/load.h
//
// The one call that the rest of the product uses.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "facts/settings.h"
#include "model/model.h"

namespace kenko::model {

/// Reads and checks a model.  Errors: all problems of the file, warnings among them, in the order of their lines.  When
/// it is good, its warnings are in Model::warnings.
[[nodiscard]] Result<Model> load(std::string_view text, std::string file, const facts::Settings& settings);

}  // namespace kenko::model
