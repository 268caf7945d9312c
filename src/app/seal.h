// app/seal.h
//
// Moves events of the intake into segments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/day.h"
#include "base/result.h"
#include "segments/under_way.h"
#include "state/database.h"

namespace kenko::app {

/// How far to seal.
struct SealScope {
  int64_t through = INT64_MAX;            ///< number of the last event
  int64_t final_files_below = INT64_MAX;  ///< ids of intake files that nobody writes any more: they go when sealed
  std::optional<segments::MergeUnderWay> beside;  ///< see segments::Writer::open
};

struct SealReport {
  int64_t events = 0;
  int64_t segments = 0;
};

/// Moves the intake's events into segments.
///
/// Order:    a segment and its ids on disk, then one transaction of state.db that names them and moves the watermark,
///           then the manifest, then the intake files that are sealed as a whole go.  Ended at any instant, every event
///           counts once: what no row names does not exist, and the next writer removes it.
/// Requires: the write lock; nobody else writes segments or changes the catalog.  Appending may go on meanwhile, in
/// files from
///           final_files_below on and with another Database.
/// Memory:   bounded; a large intake becomes several segments.
[[nodiscard]] Result<SealReport> seal_intake(const std::string& dir, state::Database& database, Instant now,
                                             const SealScope& scope = {});

}  // namespace kenko::app
