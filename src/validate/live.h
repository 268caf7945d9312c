// validate/live.h
//
// What a score turned out to be worth as outcomes arrived.  docs/SEMANTICS.md#monitor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "stats/resamples.h"
#include "validate/backtest.h"
#include "validate/drift.h"
#include "validate/panel.h"

namespace kenko::validate {

/// Part of the as-of days.
enum class LivePeriod : uint8_t {
  earlier,  ///< their horizon ended, longer ago
  recent,   ///< it ended within the last weeks
  open,     ///< it has not ended: outcomes so far
};
/// "earlier"
[[nodiscard]] std::string_view word(LivePeriod period);

/// What the score was worth on these days.
struct LiveLine {
  LivePeriod period = LivePeriod::earlier;
  Day from, to;
  int64_t rows = 0, outcomes = 0, accounts_with = 0;
  stats::Estimate auc_within;   ///< of days whose horizon ended
  stats::Estimate concordance;  ///< who left sooner had the lower score; not of an outcome by absence
};

struct Live {
  std::vector<LiveLine> periods;  ///< those that have rows
  std::vector<Look> looks;        ///< foretelling and rate, where there are outcomes enough to judge
};

/// scores: by row of the panel, hundredths, score::kNoScore = leave it out (nothing was published).  recent_days: how
/// far back from the last as-of day whose horizon ended the recent ones go.
[[nodiscard]] Live live_performance(const Panel& panel, const std::vector<int32_t>& scores, int32_t recent_days,
                                    const BacktestOptions& options);

}  // namespace kenko::validate
