// app/compact.h
//
// kenko compact: few large files in place of many small ones.
#pragma once

#include <cstdint>
#include <string>

#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "segments/compact.h"
#include "state/database.h"

namespace kenko::app {

/// How long files that were replaced stay for who reads them by an older manifest, unless the user says otherwise.
inline constexpr int64_t kGraceSeconds = 3600;

struct CompactRequest {
  int64_t grace_seconds = kGraceSeconds;  ///< files replaced longer ago are removed now
};

struct CompactReport {
  int64_t sealed_events = 0;
  size_t segments_before = 0, segments_after = 0;
  size_t key_files_before = 0, key_files_after = 0;
  size_t kept_files = 0;  ///< replaced, and kept for the grace time
};

/// Seals the intake and merges what is of about the same size.  Facts, and thus every result, stay the same.
///
/// Order:    new files on disk, checked, then one transaction of state.db that names them and lets the old ones go,
/// then
///           the manifest.  Ended at any instant, nothing is lost, and the next writer removes what no row names.
/// Readers:  who has an older manifest or snapshot goes on reading the files it names for the grace time.
[[nodiscard]] Result<CompactReport> compact(const Workspace& workspace, const CompactRequest& request,
                                            const ports::Clock& clock);

/// Steps of `rule` until nothing is to be done; true when something was.  Requires: the write lock, and nobody else
/// writes segments.
[[nodiscard]] Result<bool> compact_segments(const std::string& dir, state::Database& database,
                                            const segments::CompactionRule& rule, Instant now);

/// Forgets and removes what was replaced longer ago than `grace_seconds`.  Requires the write lock.
[[nodiscard]] Status remove_replaced(const std::string& dir, state::Database& database, Instant now,
                                     int64_t grace_seconds = kGraceSeconds);

}  // namespace kenko::app
