// segments/event_columns.h
//
// Internal to segments: the order of a segment's rows, and its columns as DuckDB reads them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "duck/columns.h"
#include "segments/event_rows.h"

namespace kenko::segments {

/// The rows [begin, begin + count) of `events` in the order in which they are stored: by source, account_ref,
/// occurred_at, event_id, seq.  As positions in `events`.
[[nodiscard]] std::vector<uint32_t> stored_order(const EventRows& events, size_t begin, size_t count);

/// The columns of an events file, without copying them.  `events` and `order` must outlive the queries.
[[nodiscard]] duck::Table event_table(const EventRows& events, std::span<const uint32_t> order);

}  // namespace kenko::segments
