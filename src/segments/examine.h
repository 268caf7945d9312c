// segments/examine.h
//
// For `kenko doctor`: what can be wrong with the stored events and what is kept beside them.  Only reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "facts/fact.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// Every segment of the catalog is there and holds the rows, numbers and days that the catalog says; DuckDB can open
/// it. Reads the ends of the files and one column.  Problems: "segment-missing", "segment-damaged", "catalog-wrong".
[[nodiscard]] Problems examine_segments(const std::string& dir, const ports::Snapshot& snapshot);

/// Reads every stored event: in the order in which segments are sorted, its key columns are those of its id, and the
/// key files know it with this content.  `keys_fine`: the key files passed their own check (else they are not asked).
/// Problems: "segment-damaged", "segment-unsorted", "key-missing", "content-changed".
[[nodiscard]] Problems examine_events(const std::string& dir, const ports::Snapshot& snapshot, bool keys_fine);

/// Ids with more than one version in the segments, sorted.  Goes through the ids in parts, so that memory stays
/// bounded.
[[nodiscard]] Result<std::vector<Hash128>> ids_with_several(const std::string& dir, const ports::Snapshot& snapshot);

/// No event was stored twice: no commit number twice in the segments, and no two versions of an id, one after the other
/// (by version and number), that say the same.  `several`: ids_with_several().  `own`: the events that are in no
/// segment.  Problems: "event-twice", "number-twice".
[[nodiscard]] Problems examine_once(const std::string& dir, const ports::Snapshot& snapshot,
                                    const std::vector<Hash128>& several, const std::vector<facts::EventFact>& own);

/// Which version counts, made again from the segments, is what the versions file says.  Problem:
/// "versions-file-damaged".
[[nodiscard]] Problems examine_versions(const std::string& dir, const ports::Snapshot& snapshot,
                                        const std::vector<Hash128>& several);

/// Every byte of the files in cache/ is as it was written.  Warnings: "cache-damaged".
[[nodiscard]] Problems examine_cache(const std::string& dir);

/// events/manifest.json is that of the snapshot, and what it needs for other programs is there.  Problem:
/// "manifest-stale".
[[nodiscard]] Problems examine_manifest(const std::string& dir, const ports::Snapshot& snapshot);

}  // namespace kenko::segments
