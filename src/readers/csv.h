// readers/csv.h
//
// CSV and TSV: cells are views into a block of the file, so that a row costs no memory of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "readers/read_records.h"
#include "readers/text_source.h"

namespace kenko::readers {

/// Streams a CSV text.
///
/// Rules: a cell that starts with a double quote ends at the next single one and may hold line ends; two quotes in it
/// are
///        one; a quote elsewhere is a character.  Records end with LF, CRLF or CR.  Lines without any text are no
///        records. A row whose quoting is broken is bad, and reading goes on at the line after the one it starts in.
[[nodiscard]] Status read_csv(TextSource& source, const std::string& path, const ReadOptions& options,
                              RecordSink& sink);

/// The delimiter that fits the first lines best: the one that cuts most of them into as many cells as the first.
[[nodiscard]] char sniff_delimiter(std::string_view head, bool quotes);

}  // namespace kenko::readers
