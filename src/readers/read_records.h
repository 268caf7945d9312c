// readers/read_records.h
//
// Reads files into raw records: CSV, TSV, JSON, NDJSON, Excel and Parquet, plain or packed with gzip or zstd.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mapping/file_format.h"
#include "mapping/record.h"
#include "mapping/suggest.h"

namespace kenko::readers {

/// A row that could not be read: it becomes a reject, the rest of the file is read.
struct BadRow {
  mapping::Reject reject;
  std::string raw;  ///< the row's text, cut to 2,000 bytes, with what is not UTF-8 replaced
};

/// Receives what a file holds.  The views it is given are good until it returns.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// The columns of a file that has the same ones in every record (CSV, Excel, Parquet), once, before its first record.
  /// Problems stop the reading and are its result.
  virtual Status columns(std::span<const std::string_view> names);
  /// One record.  False = enough, stop reading.
  virtual bool record(const mapping::RawRecord& record) = 0;
  /// One row that could not be read.  False = enough, stop reading.
  virtual bool bad_row(BadRow row) = 0;
};

/// How a file is read.
struct ReadOptions {
  mapping::FileFormat format;
  int64_t max_record_bytes = 16 * 1024 * 1024;     ///< a longer record is a bad row; bounds the memory used
  int64_t max_columns = 10'000;                    ///< more is a fault of the file
  int64_t max_sheet_bytes = 2048LL * 1024 * 1024;  ///< unpacked size of a part of an Excel file
  int64_t max_ratio = 1000;  ///< packed files that unpack to more than this many times their size are refused ...
  int64_t max_ratio_from = 256LL * 1024 * 1024;  ///< ... once they have given this many bytes
};

/// Streams the records of a file in their order.
///
/// Errors: a fault of the file as a whole (cannot be read, unknown format, cut off, wrong encoding, broken header).
/// What
///         the sink has received by then must be thrown away: a file is imported as a whole or not at all.
[[nodiscard]] Status read_records(const std::string& path, const ReadOptions& options, RecordSink& sink);

/// The first `max_rows` good records of a file, with the format that was found.
[[nodiscard]] Result<mapping::Sample> read_sample(const std::string& path, const ReadOptions& options,
                                                  int64_t max_rows);

}  // namespace kenko::readers
