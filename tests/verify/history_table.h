// verify/history_table.h
//
// The history that one executor computes, in a form in which it can be compared with another's.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "duck/connection.h"
#include "engine/engine.h"
#include "facts/dictionary.h"
#include "plan/plan.h"
#include "score/history.h"

namespace kenko::verify {

inline constexpr int32_t kNothing = -1;  ///< no points, no score, no band

/// One row per account and day on which the account has a status, ascending by (account, day).
///
/// Units:      as in score/history.h.  Texts are codes of the dictionary that all compared tables share.
/// Invariants: all columns have size() rows.
struct HistoryTable {
  struct Metric {
    std::vector<double> value;  ///< flags 0 or 1
    std::vector<uint8_t> valid;
    std::vector<int32_t> points;  ///< by the curve, kNothing where none
    std::vector<double> scale;    ///< sum of absolute terms; empty unless the metric rests on a decay and SQL made it
    std::vector<uint8_t> edge;    ///< a comparison or step below lies within 1e-9 of it; empty like scale
  };
  std::vector<uint32_t> account;
  std::vector<int32_t> day;
  std::vector<uint8_t> status, state;              ///< AccountStatus (empty: the executor was given it), score::State
  std::vector<int32_t> score, rolled_up, silence;  ///< silence 0 unless scored
  std::vector<int32_t> coverage, band;
  std::vector<std::vector<int32_t>> dimension;
  std::vector<Metric> metrics;

  [[nodiscard]] size_t size() const { return day.size(); }
};

/// What of a history is taken.
struct Extent {
  Day until;
  int threads = 1;
  std::span<const uint32_t> accounts = {};  ///< empty = all
  std::span<const uint32_t> rename = {};    ///< account -> number in the table; empty = as it is
  Day from = Day::kMin;                     ///< rows of earlier days are left out
};

[[nodiscard]] HistoryTable native_history(const engine::Engine& engine, const Extent& extent, facts::Dictionary& texts);

/// Runs `sql` (sql/history.h) on a connection on which load_portfolio was called.
[[nodiscard]] Result<HistoryTable> sql_history(duck::Connection& connection, const std::string& sql,
                                               const plan::Plan& plan, bool with_scale, facts::Dictionary& texts);

}  // namespace kenko::verify
