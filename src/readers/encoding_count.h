// readers/encoding_count.h
//
// Tells a file in the wrong encoding from a few rows with garbled bytes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace kenko::readers {

/// Counts rows and those that are not in the encoding.  It is the file, not the rows, when these are more than 5 % and
/// more than the rows that have other than ASCII letters and are in the encoding.
class EncodingCount {
 public:
  void good(bool ascii) {
    ++rows_;
    other_letters_ += ascii ? 0 : 1;
  }
  void bad(int64_t line) {
    ++rows_;
    if (bad_++ == 0) first_line_ = line;
  }
  /// The fault "wrong-encoding" when too many rows were bad.
  [[nodiscard]] Status verdict(const std::string& path, const std::string& encoding) const;

 private:
  int64_t rows_ = 0, other_letters_ = 0, bad_ = 0, first_line_ = 0;
};

/// The message of one such row.
[[nodiscard]] std::string garbled_row(const std::string& encoding);

/// The fault of a file whose text is not in `encoding`.
[[nodiscard]] Problem wrong_encoding(const std::string& path, int64_t line, const std::string& encoding,
                                     const std::string& what);

}  // namespace kenko::readers
