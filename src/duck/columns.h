// duck/columns.h
//
// Our own memory as a table that DuckDB can read.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace kenko::duck {

/// SQL types of a column; decimal6 = DECIMAL(18, 6) given in millionths, short_decimal6 = DECIMAL(9, 6) likewise in 32
/// bits, timestamp in microseconds (no zone), day = DATE, choice = one of Column::choices, which a Parquet
/// file holds as texts (see choice_column).
enum class Type : uint8_t {
  boolean,
  int32,
  int64,
  uint32,
  uint64,
  real,
  text,
  timestamp,
  day,
  decimal6,
  short_decimal6,
  hugeint,
  choice
};

/// Where a column's fill function puts up to 2,048 values.
class Cells {
 public:
  Cells(void* vector, void* data) : vector_(vector), data_(data) {}
  /// The values to write, as the C++ type of the column (bool, int32_t, int64_t, uint32_t, uint64_t, double).
  template <typename T>
  [[nodiscard]] T* data() const {
    return static_cast<T*>(data_);
  }
  void set_null(size_t i);
  /// `text` must be UTF-8; otherwise the query fails.
  void set_text(size_t i, std::string_view text);
  void set_hugeint(size_t i, Int128 number);
  [[nodiscard]] bool bad_text() const { return bad_text_; }

 private:
  void* vector_;
  void* data_;
  bool nulls_writable_ = false;
  bool bad_text_ = false;
};

/// A column: `fill` writes the rows [begin, begin + count) into cells 0 .. count - 1.  It may be called from DuckDB's
/// threads, but for one table never from two at a time, and rows are asked for in order.
struct Column {
  std::string name;
  Type type = Type::int64;
  std::function<void(uint64_t begin, size_t count, Cells& cells)> fill;
  std::vector<std::string> choices = {};  ///< of Type::choice: unique
};

/// rows:  how many there are; with `ready`, an estimate.
/// ready: for rows that are still being made: how many of those from `begin` on can be filled, at most `most`; it may
///        wait for them.  0 = there are no more.  It is asked before each call of the fill functions.
struct Table {
  uint64_t rows = 0;
  std::vector<Column> columns;
  std::function<size_t(uint64_t begin, size_t most)> ready = {};
};

/// Columns over plain arrays, which must outlive the queries.
[[nodiscard]] Column int32_column(std::string name, std::span<const int32_t> values);
[[nodiscard]] Column int64_column(std::string name, std::span<const int64_t> values);
[[nodiscard]] Column uint32_column(std::string name, std::span<const uint32_t> values);
[[nodiscard]] Column uint64_column(std::string name, std::span<const uint64_t> values);
[[nodiscard]] Column real_column(std::string name, std::span<const double> values);
/// A text of few values, much cheaper to write than a text_column: `get(begin, positions)` gives, for the rows from
/// `begin` on, their positions in `choices`, -1 = null.
[[nodiscard]] Column choice_column(std::string name, std::vector<std::string> choices,
                                   std::function<void(uint64_t begin, std::span<int32_t> positions)> get);
/// `get(row)` gives the text; a null data() pointer = null.
[[nodiscard]] Column text_column(std::string name, std::function<std::string_view(uint64_t row)> get);

}  // namespace kenko::duck
