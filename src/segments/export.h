// segments/export.h
//
// Current truth as one file for other programs.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "duck/columns.h"
#include "ports/fact_store.h"

namespace kenko::segments {

enum class ExportFormat : uint8_t { parquet, csv, ndjson };
/// ".parquet", ".csv", ".ndjson".
[[nodiscard]] std::string export_ending(ExportFormat format);

/// Writes every event that counts, of the segments and of `stored.facts.events`, sorted by source, account_ref,
/// occurred_at, event_id.  Gives their number.  Memory: a block of rows of each segment, besides the events outside of
/// them. The file is there as a whole or not at all.
[[nodiscard]] Result<int64_t> export_events(const std::string& dir, const ports::StoredFacts& stored,
                                            ExportFormat format, const std::string& path);
/// Writes a table of our memory.
[[nodiscard]] Status export_table(duck::Table table, ExportFormat format, const std::string& path);

}  // namespace kenko::segments
