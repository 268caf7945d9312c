// model/read.h
//
// The model file as structs: form only, no meaning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/model.h"

namespace kenko::model {

/// Reads what can be read and adds a problem for everything that cannot.  nullopt when the text is no YAML map at all.
[[nodiscard]] std::optional<Model> read_model(std::string_view text, std::string file, Problems& problems);

}  // namespace kenko::model
