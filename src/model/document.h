// model/document.h
//
// A page about a model for the people who own it: what counts how much, what it is worth, where each number comes from.
#pragma once

#include <string>

#include "facts/settings.h"
#include "model/model.h"

namespace kenko::model {

/// Markdown.  Requires a checked model; `fingerprint` is that of its plan.  Sources are those of `settings` that send
/// the events and attributes that a metric reads, directly or through the metrics it names.
[[nodiscard]] std::string document(const Model& model, const facts::Settings& settings, const std::string& fingerprint);

}  // namespace kenko::model
