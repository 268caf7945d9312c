// app/found_text.h
//
// Writes found metrics into the text of a model: where they belong, and how much each weighs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/search.h"
#include "base/result.h"
#include "model/model.h"

namespace kenko::app {

/// Where metrics go that read what no metric of the author reads.
inline constexpr const char* kFoundDimension = "found";

/// The dimension of the author whose metrics read most of what `reads` names: a top one that is a weighted mean; else
/// kFoundDimension.
[[nodiscard]] std::string dimension_for(const model::Model& model, const model::Reads& reads);

/// Sets the weight of each found metric and gives the model's text with all of them.  A found metric's part of the
/// score is to that of all the author's metrics as its strength is to `given_strength`; the author's weights keep their
/// proportions, in every segment and stage.  Comments and order are kept.
/// Errors: "search-flow-style".
[[nodiscard]] Result<std::string> text_with(const model::Model& model, std::vector<FoundMetric>& found,
                                            double given_strength);

}  // namespace kenko::app
