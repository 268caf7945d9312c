// validate/prospects.h
//
// What is to be expected of accounts now.  docs/SEMANTICS.md#probabilities 7.
#pragma once

#include <span>
#include <vector>

#include "engine/engine.h"
#include "validate/calibration.h"

namespace kenko::validate {

/// One entry for each account (all, when `accounts` is empty) that has a row on `as_of`, in the portfolio's order.
/// calibrations: of some questions; those that are not usable state nothing.  outcome: the position in the plan's
/// outcomes of the one that Question::churn is about.
[[nodiscard]] std::vector<Prospect> prospects(const engine::Engine& engine, std::span<const Calibration> calibrations,
                                              size_t outcome, Day as_of, int threads,
                                              std::span<const uint32_t> accounts = {});

/// The calibration of a question; nullptr without one that is usable.
[[nodiscard]] const Calibration* usable(std::span<const Calibration> calibrations, Question question);

}  // namespace kenko::validate
