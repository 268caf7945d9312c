// segments/coded_segment.h
//
// Internal to segments: the events of a segment as mapped integers, so that texts are only read once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/event_table.h"
#include "ports/fact_store.h"
#include "text/rules.h"

namespace kenko::segments {

/// All rows of one segment, with its own dictionary, and what their texts say as properties.
///
/// Ownership: `view` lives as long as `owner`.
struct CodedSegment {
  facts::EventView view;
  std::shared_ptr<const void> owner;
};

/// The coded form of each segment of the catalog, in its order.
///
/// They lie in DIR/cache/segment-ID-FINGERPRINT.bin and are made from the Parquet files where they are missing, damaged
/// or made with other rules for texts; where they can't be written they are kept in memory.  May be deleted at any
/// time. Memory while one is made: about 100 bytes for each of its rows, for each of `threads`.
/// Problems: "segment-missing", "segment-damaged", "duckdb-failed", those of the text rules.
[[nodiscard]] Result<std::vector<CodedSegment>> open_coded_segments(const std::string& dir,
                                                                    const std::vector<ports::SegmentInfo>& catalog,
                                                                    const text::RuleFiles& texts, int threads);

/// Removes coded segments that no segment of the catalog needs.
void remove_old_coded_segments(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);

}  // namespace kenko::segments
