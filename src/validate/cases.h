// validate/cases.h
//
// What past days teach about the three probabilities.  docs/SEMANTICS.md#probabilities 2-4.
#pragma once

#include <optional>

#include "engine/engine.h"
#include "validate/calibration.h"
#include "validate/panel.h"

namespace kenko::validate {

inline constexpr int32_t kExpansionDays = 180;
inline constexpr int32_t kFarthestRenewal = 366;  ///< days; of later ones nothing is said

/// The panel's own outcome.  Rows whose horizon has not ended are not certain yet.
[[nodiscard]] Cases churn_cases(const Panel& panel);

/// Whether the account is still a customer `lapse_days` after its next renewal day.  `engine` is bound to everything
/// known; its accounts are those of the panel.
[[nodiscard]] Cases renewal_cases(const Panel& panel, const engine::Engine& engine);

/// Whether the account expands: by the events of the plan's outcome named `expansion` and within its horizon, else by
/// `account.expanded` within kExpansionDays.  No cases when no fact says so.
[[nodiscard]] Cases expansion_cases(const Panel& panel, const engine::Engine& engine);

/// The position of an outcome of the plan called `expansion`.
[[nodiscard]] std::optional<size_t> expansion_outcome(const plan::Plan& plan);

}  // namespace kenko::validate
