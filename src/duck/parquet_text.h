// duck/parquet_text.h
//
// Parquet files of users, row by row, as the texts that a mapping reads.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::duck {

/// Receives the column names once, then each row (as many cells as names; nullopt = null; views valid during the call).
/// Returning false ends the reading without a problem.
struct TextRowSink {
  std::function<bool(const std::vector<std::string>& columns)> header;
  std::function<bool(std::span<const std::optional<std::string_view>> cells)> row;
};

/// Reads one Parquet file in file order.  Days are `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS[.ffffff]`, timestamps
/// with a zone the same in UTC with `Z`, numbers with `.`, booleans `true`/`false`, lists and structs JSON. Problems:
/// "file-missing", "parquet-unreadable".
[[nodiscard]] Status read_parquet_as_text(const std::string& path, const TextRowSink& sink);

}  // namespace kenko::duck
