// app/starter_model.h
//
// A first health model for facts that nobody has described: how long ago, how often, how many, how much; the curves are
// cut at the customers' own quantiles.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "facts/portfolio.h"

namespace kenko::app {

/// The text of models/NAME.yaml as of a day; nullopt when no account has an event that a score could use (our own acts
/// and outcomes cannot be used).
[[nodiscard]] Result<std::optional<std::string>> starter_model(const facts::Portfolio& portfolio,
                                                               const std::string& name, Day as_of);

}  // namespace kenko::app
