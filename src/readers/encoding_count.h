// readers/encoding_count.h
//
// Tells a file in the wrong encoding from a few rows with garbled bytes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace kenko::readers {

/// Counts rows and those that are not in the encoding.  More than 2 % of them: it is the file, not the rows.
class EncodingCount {
 public:
  void good() { ++rows_; }
  void bad(int64_t line) {
    ++rows_;
    if (bad_++ == 0) first_line_ = line;
  }
  /// The fault "wrong-encoding" when too many rows were bad.
  [[nodiscard]] Status verdict(const std::string& path, const std::string& encoding) const;

 private:
  int64_t rows_ = 0, bad_ = 0, first_line_ = 0;
};

/// The fault of a file whose text is not in `encoding`.
[[nodiscard]] Problem wrong_encoding(const std::string& path, int64_t line, const std::string& encoding,
                                     const std::string& what);

}  // namespace kenko::readers
