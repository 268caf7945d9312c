// explain/summary.h
//
// One account as a line of a list: score, change, trend and the top reason in words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sentence.h"
#include "engine/engine.h"
#include "explain/contributions.h"

namespace kenko::explain {

inline constexpr int32_t kChangeDays = 30;  ///< "change" compares with the day this many days before
inline constexpr int32_t kTrendWeeks = 13;  ///< points of the trend, one a week, the last on the day itself

struct Summary {
  uint32_t account = 0;
  Explanation now;
  Explanation before;            ///< kChangeDays earlier; State::none when there is no row
  std::vector<int32_t> trend;    ///< kTrendWeeks scores in hundredths, oldest first, kNoScore = none
  Day life_first;                ///< the first day of the life that holds the day
  Day last_fact_day;             ///< the last day with a fact that is not our own act
  std::vector<Sentence> reason;  ///< one sentence with its numbers, of one or two clauses
};

/// The reason in English: its clauses, with semicolons between them.
[[nodiscard]] std::string reason_text(const Summary& summary);

/// Summaries of the accounts (all, when empty) that have a row on `as_of`, in the portfolio's order.
[[nodiscard]] std::vector<Summary> summarise(const engine::Engine& engine, Day as_of, int threads,
                                             std::span<const uint32_t> accounts = {});

/// Positions sorted worst first: by score, then by account id; accounts without a score after those with one.
[[nodiscard]] std::vector<size_t> worst_first(const engine::Engine& engine, const std::vector<Summary>& summaries);

/// Positions of the accounts that lost points in kChangeDays, the largest fall first; ties by account id.
[[nodiscard]] std::vector<size_t> steepest_first(const engine::Engine& engine, const std::vector<Summary>& summaries);

/// A metric's value as a person reads it: "0.38", "enterprise", "yes", "no value".
[[nodiscard]] std::string value_text(const engine::Engine& engine, uint32_t metric, std::optional<double> value);

/// A number with the places that matter: 0.38, 12.5, 4200.
[[nodiscard]] std::string number_text(double value);

}  // namespace kenko::explain
