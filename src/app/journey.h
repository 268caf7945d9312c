// app/journey.h
//
// kenko accounts journey: where the customers stand on their way through the stages of the model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/scoring.h"
#include "base/decimal.h"
#include "base/result.h"

namespace kenko::app {

inline constexpr int32_t kJourneyDays = 28;  ///< "lately": the days (as_of - 28, as_of]

/// One stage, or the accounts without one (empty name).
///
/// entered, left: accounts that came or went on one of the last kJourneyDays days, at least once; a life that begins in
///                the stage comes, one that ends in it goes.
struct JourneyStage {
  std::string stage, label;
  int64_t accounts = 0;
  std::optional<Decimal> arr;                          ///< of those whose ARR is known; none = of nobody
  int64_t scored = 0;                                  ///< accounts with a score, also a kept one
  int64_t sum_hundredths = 0;                          ///< of their scores
  std::vector<std::pair<std::string, int64_t>> bands;  ///< the model's bands, the best first; then further ones by name
  std::optional<int32_t> median_days;  ///< in the stage up to now; of an even number the smaller middle one
  int64_t entered = 0, left = 0;
};

struct Journey {
  Day as_of;
  std::string model;
  std::vector<JourneyStage> stages;  ///< in the model's order; then those without, when there are any
};

/// A stretch of days in one stage.  Scores: hundredths, score::kNoScore = none.
struct StageSpan {
  int life = 1;       ///< 1, 2, ...: an account that came back has several
  std::string stage;  ///< empty = none held
  Day first, last;
  bool open = false;  ///< it lasts: `last` is the as-of day
  int32_t score_first = score::kNoScore, score_last = score::kNoScore;
};

/// Everybody with a row on the day but churned and internal accounts.  Errors: "no-stages".
[[nodiscard]] Result<Journey> view_journey(const Scoring& scoring);
/// One account's way, the oldest first.  Errors: "no-stages".
[[nodiscard]] Result<std::vector<StageSpan>> view_journey(const Scoring& scoring, uint32_t account);

}  // namespace kenko::app
