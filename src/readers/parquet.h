// readers/parquet.h
//
// Parquet files, read by DuckDB.
#pragma once

#include <string>

#include "base/result.h"
#include "readers/read_records.h"

namespace kenko::readers {

/// Streams the rows of a Parquet file.  Cells as text: numbers as their type
/// shows them (a DECIMAL with all its places), times as ISO 8601 (those with a
/// zone in UTC), lists and structs as JSON.  Rows count from 1 like lines.
[[nodiscard]] Status read_parquet(const std::string& path, const ReadOptions& options, RecordSink& sink);

}  // namespace kenko::readers
