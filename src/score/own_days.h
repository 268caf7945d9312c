// score/own_days.h
//
// The part of a life's scores that no other account has a say in: roll-up, coverage, what triggers and overrides would
// do.  Internal to the module.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "score/history.h"
#include "score/metric_points.h"
#include "score/rules.h"

namespace kenko::score {

/// Values by day that finishing a day needs beside LifeScores.  `rolled_up` is that of every day with points, scored or
/// not.
struct OwnDays {
  std::vector<int32_t> rolled_up;      ///< hundredths, kNoScore = every dimension is empty
  std::vector<uint8_t> all_evidence;   ///< every top dimension that counts has evidence
  std::vector<int32_t> trigger_sum;    ///< hundredths; empty without triggers
  std::vector<int32_t> trigger_limit;  ///< the lowest cap, INT32_MAX = none; empty without triggers
};

/// Fills `own`, and of `out` the size, status, segment, stage, coverage and dimensions; everything else is set to
/// "nothing".
void roll_up_own(const Rules& rules, const engine::LifeDays& days, MetricBuffers& buffers, OwnDays& own,
                 LifeScores& out);

}  // namespace kenko::score
