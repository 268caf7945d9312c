// segments/segment_scan.h
//
// Internal to segments: reads stored segments chunk by chunk and checks that nothing of them is missing.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "duck/connection.h"
#include "facts/fact.h"
#include "ports/fact_store.h"
#include "segments/segment_files.h"

namespace kenko::segments {

/// Calls `sink` for each chunk of the given columns (in the given order) of all segments; false ends the reading.
/// `where` is appended to the query; the number of rows is checked against the catalog when it is empty. Problems:
/// "segment-missing", "segment-damaged", those of ports::file_problem().
[[nodiscard]] Status scan_segments(duck::Connection& duck, const std::string& dir,
                                   const std::vector<ports::SegmentInfo>& catalog,
                                   std::span<const SegmentColumn> columns, const std::string& where,
                                   const std::function<Result<bool>(const duck::Chunk&)>& sink);

/// Problem "segment-missing" for each segment whose file of events is not there.
[[nodiscard]] Status check_files(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);

/// All columns, in the order of SegmentColumn.
[[nodiscard]] std::span<const SegmentColumn> all_columns();
/// The event in a row of a chunk with all_columns().  Problem "segment-damaged" (without a file) for broken properties.
[[nodiscard]] Result<facts::EventFact> event_of_row(const duck::Chunk& chunk, size_t row);
[[nodiscard]] Problem damaged_segment(const std::string& path, const std::string& what);

}  // namespace kenko::segments
