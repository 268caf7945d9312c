// mapping/ids.h
//
// The names of events and raw records.  Both are stored for ever, so nothing here may change: a re-export must give the
// same ids whatever its file name, line numbers, quoting, column order or encoding are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "mapping/mapping.h"
#include "mapping/record.h"

namespace kenko::mapping {

/// The hash of a raw record: its set of (column name, cell text), empty cells left out, sorted by column name (bytes).
///
/// Threads: one each, and one for each file: it keeps the order of the columns between records of one shape.
class RawHasher {
 public:
  [[nodiscard]] Hash128 hash(const RawRecord& record);

 private:
  uint64_t shape_ = 0;
  const void* names_ = nullptr;
  size_t size_ = 0;
  struct Column {
    uint32_t position = 0;
    std::string head;  // what stands before its cell in the hashed bytes
  };
  void look_at(const RawRecord& record);

  std::vector<Column> columns_;  // sorted by name
  std::string bytes_;
};

/// The id of an event whose source has none: 32 hex digits.  `repeat`: how many identical records stand before this one
/// in the same file.
[[nodiscard]] std::string derived_id(std::string_view source, const Hash128& raw, int64_t repeat,
                                     std::string_view rule);

}  // namespace kenko::mapping
