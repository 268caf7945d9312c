// mapping/record.h
//
// A raw record: what a row of a file, a JSON object or a posted form says before anything is made of it.  Readers make
// them (module readers), the mapping turns them into facts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kenko::mapping {

/// One raw record: its columns and their cells as UTF-8 text.
///
/// Null:       an empty cell is no value.
/// Invariants: names and values have the same size; names are unique and not empty.
/// shape:      changes whenever `names` changes within one reader, so that whoever looked up a column knows when to
/// look
///             again.  JSON readers only ever append names, and give empty cells for those that a record does not have.
/// Ownership:  views, good until the sink that received the record returns.
struct RawRecord {
  int64_t line =
      0;  ///< where the record starts, as an editor counts; rows of a sheet or table count the same way, from 1
  uint64_t shape = 0;
  std::span<const std::string_view> names;
  std::span<const std::string_view> values;
  std::string_view whole{};
};

/// A record as one line of JSON, empty cells left out: how rejected records are kept and exported.
[[nodiscard]] std::string to_json(const RawRecord& record);

/// Why one record gave no facts.
///
/// code: stable, lower-case words joined by '-' (docs/ERRORS.md).  message: one sentence that shows the offending text.
/// field: the column; empty = the whole record.
struct Reject {
  int64_t line = 0;
  std::string field;
  std::string code;
  std::string message;
};

}  // namespace kenko::mapping
