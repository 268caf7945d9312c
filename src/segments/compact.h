// segments/compact.h
//
// Fewer and larger files that say the same: merges segments of about the same size, and key files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// When files are merged.
struct CompactionRule {
  size_t segments_of_a_size = 8;   ///< so many segments of about the same size become one; at least 2
  size_t key_files = 10;           ///< so many may be live
  int64_t most_rows = 64'000'000;  ///< no segment becomes larger by a merge
  bool mend_versions = true;       ///< a damaged versions file is made again
};

/// Positions of the segments to merge next; empty = nothing is to be done.  Segments whose rows lie within a factor of
/// 4 are of about the same size; smaller ones come first.
[[nodiscard]] std::vector<size_t> segments_to_merge(const std::vector<ports::SegmentInfo>& live,
                                                    const CompactionRule& rule);

/// One step: what to change in the catalog next; an empty change when nothing is to be done.  The new files are durable
/// when it returns, checked against the old ones, and in no catalog yet.  Mends the versions file and, where they are
/// merged, key files.
///
/// Requires the write lock; while others write segments, `mend_versions` is false and they know of it (MergeUnderWay).
/// Memory: a block of rows of each segment, whatever their size.
[[nodiscard]] Result<ports::CatalogChange> compact_step(const std::string& dir, const ports::Snapshot& live,
                                                        const CompactionRule& rule, Instant now);

}  // namespace kenko::segments
