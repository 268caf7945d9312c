// state/sqlite.h
//
// Internal to state: SQLite behind values.  A failure is a Problem with one of the codes of database.h.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/result.h"

namespace kenko::state {

/// A prepared statement.  Parameters count from 1, columns from 0.  Must not outlive its connection.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement, &sqlite3_finalize) {}

  /// Binds the parameters in order, starting with the first, and forgets earlier rows.
  template <typename... Values>
  void bind(const Values&... values) {
    sqlite3_reset(statement_.get());
    int position = 0;
    (bind_one(++position, values), ...);
  }
  /// True when there is a row.
  [[nodiscard]] Result<bool> step();
  /// Runs a statement that gives no rows.
  template <typename... Values>
  [[nodiscard]] Status run(const Values&... values) {
    bind(values...);
    return finish();
  }

  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  [[nodiscard]] int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Hash128 hash(int column) const;
  [[nodiscard]] Day day(int column) const { return {static_cast<int32_t>(integer(column))}; }
  [[nodiscard]] std::optional<Day> maybe_day(int column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }
  [[nodiscard]] std::optional<Decimal> maybe_decimal(int column) const;

 private:
  [[nodiscard]] Status finish();
  void bind_one(int i, std::string_view text);
  void bind_one(int i, const std::string& text) { bind_one(i, std::string_view(text)); }
  void bind_one(int i, int64_t number) { sqlite3_bind_int64(statement_.get(), i, number); }
  void bind_one(int i, int number) { sqlite3_bind_int64(statement_.get(), i, number); }
  void bind_one(int i, bool flag) { sqlite3_bind_int64(statement_.get(), i, flag ? 1 : 0); }
  void bind_one(int i, Day day) { bind_one(i, static_cast<int64_t>(day.number)); }
  void bind_one(int i, Instant instant) { bind_one(i, instant.micros); }
  void bind_one(int i, Decimal decimal) { bind_one(i, decimal.micros); }
  void bind_one(int i, const Hash128& hash);
  template <typename T>
  void bind_one(int i, const std::optional<T>& value) {
    if (value) {
      bind_one(i, *value);
    } else {
      sqlite3_bind_null(statement_.get(), i);
    }
  }

  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

/// A connection to one database file.
class Sqlite {
 public:
  /// Not writable: also where the folder may not be written (state/open_for_reading.h).
  [[nodiscard]] static Result<Sqlite> open(const std::string& path, bool writable);
  [[nodiscard]] sqlite3* handle() { return connection_.get(); }

  [[nodiscard]] Status execute(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row of a query, as an integer.
  [[nodiscard]] Result<int64_t> integer(std::string_view sql);

 private:
  explicit Sqlite(sqlite3* connection) : connection_(connection, &sqlite3_close) {}
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection_;
};

/// Rolls back at the end of the scope unless committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Sqlite& database, bool write);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Status commit();

 private:
  explicit Transaction(Sqlite& database) : database_(&database) {}
  Sqlite* database_;
};

/// What SQLite's last error on `connection` means to the user.
[[nodiscard]] Problem sqlite_problem(sqlite3* connection);
/// The same for a result code and SQLite's words for it.
[[nodiscard]] Problem sqlite_problem_of(int code, const char* words, sqlite3* connection);

}  // namespace kenko::state
