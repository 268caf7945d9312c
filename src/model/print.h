// model/print.h
//
// The model in words: what counts how much, and what gives how many points.
#pragma once

#include <string>

#include "model/model.h"

namespace kenko::model {

/// Several paragraphs of plain text: purpose, dimensions and metrics with their final share of the score in per cent
/// (exact to 0.1), curves read aloud, missing policies, bands.  Requires a checked model.
[[nodiscard]] std::string print_model(const Model& model);

}  // namespace kenko::model
