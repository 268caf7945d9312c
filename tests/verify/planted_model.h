// verify/planted_model.h
//
// A model that uses every function of the vocabulary and every rule, over the words of the random companies: what
// mistakes are planted in when the reference interpreter is the judge.
#pragma once

#include <string>

namespace kenko::verify {

/// The metric of a function has the function's name; those of `min` and `max` over events are `min_of_events` and
/// `max_of_events`.
[[nodiscard]] std::string planted_model();

}  // namespace kenko::verify
