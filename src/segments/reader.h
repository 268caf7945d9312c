// segments/reader.h
//
// Reads event segments.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "facts/fact.h"
#include "ports/fact_store.h"

namespace kenko::segments {

// Problems of all functions: "segment-missing", "segment-damaged" (name the file and what to do), "duckdb-failed".

/// Every stored version of the wanted keys (sorted, unique), in full, sorted by (key, version, seq): the last of a key
/// counts.
[[nodiscard]] Result<std::vector<facts::EventFact>> read_versions(const std::string& dir,
                                                                  const std::vector<ports::SegmentInfo>& catalog,
                                                                  std::span<const Hash128> keys);

/// Every stored version in full, in the order of the segments; returning false ends the reading.
[[nodiscard]] Status for_each_event(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                                    const std::function<bool(facts::EventFact&&)>& sink);

/// A hash of what the events say (the winning version of each id, deleted ones left out), those of the segments and the
/// `intake` together, without recorded times, seq and mapping: equal digests = the same events, whatever the order in
/// which they came.
[[nodiscard]] Result<Hash128> events_digest(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                                            const std::vector<facts::EventFact>& intake = {});

}  // namespace kenko::segments
