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
#include "sql/history.h"

namespace kenko::verify {

inline constexpr int32_t kNothing = -1;                  ///< no score, no band, no segment
inline constexpr int32_t kNoPoints = engine::kNoPoints;  ///< points may be negative

/// One row per account and day on which the account has a status, ascending by (account, day).
///
/// Units:      as in score/history.h.  Texts are codes of the dictionary that all compared tables share.
/// Invariants: a column has size() rows, or none where the executor does not compute it.
struct HistoryTable {
  struct Metric {
    std::vector<double> value;  ///< flags 0 or 1
    std::vector<uint8_t> valid;
    std::vector<int32_t> points;              ///< by the curve of the day, kNoPoints where none
    std::vector<int32_t> worth;               ///< after staleness and the missing policy
    std::vector<uint8_t> evidence;            ///< of `worth`
    std::vector<int32_t> contribution, lost;  ///< millionths of a point; only with Extent::explained
    std::vector<double> scale;  ///< sum of absolute terms; only where the metric rests on a decay and SQL made it
    std::vector<uint8_t> edge;  ///< a comparison or step below lies within 1e-9 of it; like scale
  };
  std::vector<uint32_t> account;
  std::vector<int32_t> day;
  std::vector<uint8_t> status, state;  ///< AccountStatus, score::State
  std::vector<int32_t> score, rolled_up;
  std::vector<int32_t> hierarchy, triggers, cap, silence, override_line;  ///< lines; 0 unless scored
  std::vector<int32_t> coverage;
  std::vector<int32_t> band;            ///< position in the bands of the day
  std::vector<int32_t> segment, stage;  ///< positions in the plan's lists
  std::vector<std::vector<int32_t>> dimension;
  std::vector<int32_t> days_in_stage;         ///< from here on only with Extent::explained
  std::vector<std::vector<int32_t>> trigger;  ///< the line of each trigger, hundredths
  std::vector<std::vector<int32_t>> start;    ///< by dimension: the contribution of its start
  std::vector<Metric> metrics;

  [[nodiscard]] size_t size() const { return day.size(); }
  /// These rows of it.
  [[nodiscard]] HistoryTable rows(std::span<const size_t> wanted) const;
};

/// What of a history is taken.
struct Extent {
  Day until;
  int threads = 1;
  std::span<const uint32_t> accounts = {};  ///< empty = all
  std::span<const uint32_t> rename = {};    ///< account -> number in the table; empty = as it is
  Day from = Day::kMin;                     ///< rows of earlier days are left out
  bool explained = false;                   ///< with contributions and the line of each trigger
};

[[nodiscard]] HistoryTable native_history(const engine::Engine& engine, const Extent& extent, facts::Dictionary& texts);

/// Runs `sql` (sql/history.h, made with `options`) on a connection on which load_portfolio was called.  What the query
/// does not cover has no rows.
[[nodiscard]] Result<HistoryTable> sql_history(duck::Connection& connection, const std::string& sql,
                                               const plan::Plan& plan, const sql::HistoryOptions& options,
                                               facts::Dictionary& texts);

}  // namespace kenko::verify
