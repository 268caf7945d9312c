// readers/byte_source.h
//
// The bytes of a file, unpacked on the way when it is packed with gzip or zstd.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "readers/read_records.h"

namespace kenko::readers {

/// A stream of bytes.  Threads: one at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads 1 to `size` bytes; 0 = the end.  Errors: the file cannot be read, is cut off or broken.
  [[nodiscard]] virtual Result<size_t> read(char* out, size_t size) = 0;
};

/// Opens a file; gzip and zstd are recognised by their first bytes, several packed parts in a row are read one after
/// the other.  Errors: "cannot-read"; while reading "cut-off", "broken-archive", "too-much-unpacked".
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const ReadOptions& options);

/// Reads until `size` bytes are there or the end is reached.
[[nodiscard]] Result<size_t> read_fully(ByteSource& source, char* out, size_t size);

}  // namespace kenko::readers
