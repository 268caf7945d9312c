// app/history_export.h
//
// The score history in columns, and as Parquet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/result.h"
#include "score/history.h"

namespace kenko::app {

/// Some rows of the history on their way into a file: one per account and day, sorted by both; only days on which the
/// account has a row.
///
/// Units: as score::LifeScores (hundredths, millionths; -1 = none; band = position in plan.bands).
/// with_metrics: values (NaN = null; texts as Engine::text codes) and points of each metric, [metric][row].
struct HistoryColumns {
  std::vector<uint32_t> account;
  std::vector<int32_t> day, score, rolled_up, silence, coverage;
  std::vector<int32_t> computed;        ///< before an override
  std::vector<int16_t> segment, stage;  ///< positions in the plan's lists, -1 = none
  std::vector<int8_t> band;
  std::vector<int16_t> band_list;
  std::vector<score::State> state;
  std::vector<engine::AccountStatus> status;
  std::vector<std::vector<int32_t>> dimension;
  std::vector<std::vector<double>> value;
  std::vector<std::vector<int32_t>> points;

  [[nodiscard]] size_t size() const { return account.size(); }
};

/// Who says the rows of a file: what all files of the published history have (app/published_rows.h).
struct SaidBy {
  std::string model, fingerprint;
  Instant known_at;
};

/// Which part of the history is asked for; `accounts` empty = all.
struct HistoryRequest {
  Day from = Day::kMin, to;
  std::span<const uint32_t> accounts = {};
  bool with_metrics = false;
  /// For a publication: the columns kind, revision, known_at, model and model_fingerprint stand behind account and day.
  std::optional<SaidBy> said = {};
};

/// What was written; without rows, first > last.
struct HistoryWritten {
  int64_t rows = 0;
  Day first = Day::kMax, last = Day::kMin;
};

/// Computes and writes the history as Parquet: account, day, state, status, score, band, coverage, computed, rolled_up,
/// silence, segment and stage where the plan has them, dimension.*, and metric.* and points.* if asked for; decimals,
/// not scaled integers.  Sorted by account and day.  Rows stream from the threads that compute them into the file:
/// memory is bounded by some blocks of accounts, however many there are.
[[nodiscard]] Result<HistoryWritten> write_history(const engine::Engine& engine, const HistoryRequest& request,
                                                   int threads, const std::string& path);

}  // namespace kenko::app
