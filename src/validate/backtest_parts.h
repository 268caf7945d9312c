// validate/backtest_parts.h
//
// Parts of a back-test that need no resamples.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "validate/backtest.h"

namespace kenko::validate {

/// The way to the decision, 90, 60 and 30 days before; none of an outcome by absence.
[[nodiscard]] std::vector<PathLine> score_paths(const Panel& panel);

/// The mean area within a day of 20 panels whose accounts dealt their outcomes to each other: every account gets those
/// of another one, the same on all as-of days on which both are there (else those of the next in the chain), so that an
/// account's outcomes stay together.  A panel without a leak gives a half.
[[nodiscard]] std::optional<double> shuffled_auc(const Panel& panel, uint64_t seed);

}  // namespace kenko::validate
