// plays/save.h
//
// A state as text, so that a day need not be made anew from the first one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plays/state.h"

namespace kenko::plays {

/// Equal states give equal texts.  Not for people: fields with their lengths, in the order of plays/save.cpp.
[[nodiscard]] std::string save(const State& state);
/// nullopt when it is no such text, of another format, or damaged: then the state is made anew.
[[nodiscard]] std::optional<State> load(std::string_view saved);

}  // namespace kenko::plays
