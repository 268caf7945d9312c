// mapping/suggest.h
//
// Guesses a mapping for a file that nobody has described yet, as text with comments for a person to finish.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/file_format.h"

namespace kenko::mapping {

/// The first records of a file.
struct Sample {
  FileFormat format;  ///< as found: type, delimiter, encoding
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< cells in the order of columns
};

/// A mapping in YAML that reads without problems, with comments that say what was guessed and what to check.
/// Empty for a sample without columns.  `file_name` names the source; `event_name`: each
/// row is an event of this name; empty = what columns, cells and the file's name tell.
[[nodiscard]] std::string suggest_mapping(const Sample& sample, std::string_view file_name,
                                          std::string_view event_name = {});

}  // namespace kenko::mapping
