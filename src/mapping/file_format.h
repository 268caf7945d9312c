// mapping/file_format.h
//
// How a file is written: what `format:` of a mapping says.  Readers use it to find the cells, the mapping to read
// numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kenko::mapping {

enum class FileType : uint8_t { detect, csv, json, ndjson, parquet, xlsx };

/// How a file is written.  Everything has a default that fits what the file itself shows.
///
/// Threads: plain value.
struct FileFormat {
  FileType type = FileType::detect;  ///< detect: by content, then by extension
  std::optional<char> delimiter;     ///< CSV; none = sniffed among , ; tab |
  bool quotes = true;                ///< CSV: a double quote encloses a cell; false for TSV as databases write it
  std::string encoding;              ///< as iconv names it; empty = UTF-8, or UTF-16 by its byte order mark
  std::string sheet;                 ///< Excel; empty = the first sheet
  int64_t skip_lines = 0;            ///< CSV, Excel: lines before the header
  std::vector<std::string>
      columns;                     ///< CSV without a header: the names of its columns; empty = the first row names them
  char decimal = '.';              ///< '.' or ','
  std::string thousands;           ///< what stands between groups of digits; empty = nothing may
  std::vector<std::string> strip;  ///< texts that may stand before or after a number: currency signs, units
  std::vector<std::string> empty;  ///< texts that mean "no value" ("NULL", "n/a")
  bool ignore_case = false;  ///< a column is found whatever the case of its name; one of the very name comes first

  friend bool operator==(const FileFormat&, const FileFormat&) = default;
};

}  // namespace kenko::mapping
