// readers/fault.h
//
// What is wrong with a file or row, in the readers' own words.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "readers/read_records.h"

namespace kenko::readers {

/// A fault of the file as a whole.  line 0 = not known.
[[nodiscard]] Problem fault(std::string code, const std::string& path, int64_t line, std::string message,
                            std::string hint = "");

/// A row that could not be read.
[[nodiscard]] BadRow bad_row(int64_t line, std::string field, std::string code, std::string message,
                             std::string_view raw);

/// `raw` cut to `limit` bytes, with U+FFFD for what is not UTF-8 and for NUL.
[[nodiscard]] std::string printable(std::string_view raw, size_t limit);

/// The names of a header, checked: blanks at the ends go, empty names at the end are dropped, other empty ones become
/// "column N".  Errors: none left ("no-columns"), two equal names ("duplicate-column"), too many ("too-many-columns").
[[nodiscard]] Result<std::vector<std::string>> header_names(const std::vector<std::string>& cells,
                                                            const std::string& path, int64_t line, int64_t max_columns);

}  // namespace kenko::readers
