// readers/xlsx.h
//
// Excel workbooks (.xlsx): one sheet as a table whose first row with text is the header.
#pragma once

#include <string>

#include "base/result.h"
#include "readers/read_records.h"

namespace kenko::readers {

/// Streams the rows of a sheet.  Cells as text: numbers in their shortest form, dates by their style as ISO 8601 (to
/// the millisecond), booleans `true` and `false`, formulas by their last result, errors as they are shown (#N/A).
/// Errors: "broken-archive", "not-a-workbook", "unknown-sheet", "too-much-unpacked", and those of the header.
[[nodiscard]] Status read_xlsx(const std::string& path, const ReadOptions& options, RecordSink& sink);

}  // namespace kenko::readers
