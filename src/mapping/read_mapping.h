// mapping/read_mapping.h
//
// Reads and checks a mapping file.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mapping/mapping.h"

namespace kenko::mapping {

/// Reads a mapping from YAML.  `file` is only used in messages.  Errors: all problems at once, with place and hint.
[[nodiscard]] Result<Mapping> read_mapping(std::string_view yaml, const std::string& file);

/// Checks that a data file has the columns that the rules for it name, and that at least one rule is for it.  For files
/// whose columns are known beforehand (CSV, Excel, Parquet).  Empty = all is well.
[[nodiscard]] Problems check_columns(const Mapping& mapping, const std::string& data_file,
                                     std::span<const std::string_view> columns);

}  // namespace kenko::mapping
