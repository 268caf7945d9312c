// readers/json.h
//
// JSON and NDJSON: each object is a record; nested objects become columns whose names are joined with dots, arrays stay
// JSON text, numbers their shortest exact text, null is empty.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "readers/read_records.h"
#include "readers/text_source.h"

namespace kenko::readers {

/// One object a line.  A line that is none is a bad row.
[[nodiscard]] Status read_ndjson(TextSource& source, const std::string& path, const ReadOptions& options,
                                 RecordSink& sink);

/// An array of objects, or an object with an array of objects (its first one); read in pieces, so that the file may be
/// larger than the memory.  Where the text is no JSON the whole file is refused, because what follows cannot be told.
[[nodiscard]] Status read_json(TextSource& source, const std::string& path, const ReadOptions& options,
                               RecordSink& sink);

}  // namespace kenko::readers
