// duck/connection.h
//
// DuckDB as a reader, a writer of Parquet and an SQL engine: always in memory, never a file of its own.  The only
// module that sees duckdb.h.  Opening a connection costs 30-50 ms: open one only when it is needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "duck/columns.h"

namespace kenko::duck {

/// threads: 0 = all cores.  memory_mb: 0 = half of the machine's memory; a query that needs more fails.
/// keep_order: rows come and are written in the order of the query's source (needed for sorted Parquet).
struct Options {
  int threads = 0;
  int64_t memory_mb = 0;
  bool keep_order = true;
};

/// Up to 2,048 rows of a result.  Views stay valid until the next Rows::next() or the end of the Chunk.
///
/// data<T>: the values as DuckDB keeps them: int32_t (INTEGER, DATE), int64_t (BIGINT, TIMESTAMP in microseconds,
/// DECIMAL(18, s)
///          unscaled), uint32_t, uint64_t, double, bool; rows that are null hold anything.  Asking for a wrong width is
///          a bug.
class Chunk {
 public:
  Chunk() = default;
  Chunk(Chunk&& other) noexcept;
  Chunk& operator=(Chunk&& other) noexcept;
  ~Chunk();

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool valid(size_t column, size_t row) const;
  /// True when no row of the column is null.
  [[nodiscard]] bool all_valid(size_t column) const { return columns_[column].validity == nullptr; }
  template <typename T>
  [[nodiscard]] const T* data(size_t column) const {
    return static_cast<const T*>(raw(column, sizeof(T)));
  }
  /// A VARCHAR cell; requires valid().
  [[nodiscard]] std::string_view text(size_t column, size_t row) const;
  /// A HUGEINT cell; requires valid().
  [[nodiscard]] Int128 hugeint(size_t column, size_t row) const;

 private:
  friend class Rows;
  struct Column {
    const void* data = nullptr;
    const uint64_t* validity = nullptr;
    uint8_t width = 0;  ///< bytes of a value; 0 = VARCHAR
  };
  [[nodiscard]] const void* raw(size_t column, size_t width) const;
  void* handle_ = nullptr;
  size_t size_ = 0;
  std::vector<Column> columns_;
};

/// The rows of a running query, chunk by chunk.  Must not outlive its Connection.
class Rows {
 public:
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  [[nodiscard]] size_t column_count() const;
  [[nodiscard]] std::string column_name(size_t column) const;
  /// DuckDB's name of the type: "INTEGER", "BIGINT", "VARCHAR", "TIMESTAMP", "DECIMAL", ...
  [[nodiscard]] std::string column_type(size_t column) const;
  /// The next chunk; an empty one (size() = 0) after the last.
  [[nodiscard]] Result<Chunk> next();

 private:
  friend class Connection;
  struct State;
  explicit Rows(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// An in-memory DuckDB: no file, no network, no extensions loaded, time zone UTC.  Threads: use from one at a time.
class Connection {
 public:
  /// Problems: "duckdb-failed".
  [[nodiscard]] static Result<Connection> open(const Options& options = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Problems carry DuckDB's message, code "duckdb-failed" ("disk-full" when that is why).
  [[nodiscard]] Status execute(const std::string& sql);
  /// Streams: rows are computed while they are read.
  [[nodiscard]] Result<Rows> query(const std::string& sql);
  /// Makes `SELECT ... FROM name` read `table`, which must stay alive and unchanged while queries over it run.  Columns
  /// that a query does not name are not filled.  A name can be registered once for each connection.
  [[nodiscard]] Status register_table(const std::string& name, Table table);
  /// Writes the rows of `select` as zstd Parquet under a temporary name, flushes it, renames it to `path`, flushes the
  /// folder.
  [[nodiscard]] Status copy_to_parquet(const std::string& select, const std::string& path);
  /// The same as CSV with a header.
  [[nodiscard]] Status copy_to_csv(const std::string& select, const std::string& path);

 private:
  [[nodiscard]] Status copy(const std::string& select, const std::string& path, const char* options);
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// 'text' as an SQL literal, quotes doubled.
[[nodiscard]] std::string sql_text(std::string_view text);
/// "name" as an SQL identifier, quotes doubled.
[[nodiscard]] std::string sql_name(std::string_view name);

/// The path of one file as an SQL literal for read_parquet(): `*`, `?` and `[` in it are no wildcards.
[[nodiscard]] std::string sql_path(std::string_view path);

}  // namespace kenko::duck
