#include "state/sqlite.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "ports/files.h"
#include "state/open_for_reading.h"

namespace kenko::state {

Problem sqlite_problem(sqlite3* connection) {
  return sqlite_problem_of(sqlite3_errcode(connection), sqlite3_errmsg(connection), connection);
}

Problem sqlite_problem_of(int code, const char* words, sqlite3* connection) {
  Problem problem;
  const char* file = sqlite3_db_filename(connection, "main");
  problem.place.file = file == nullptr ? "" : file;
  problem.message = fmt::format("the workspace's database: {}", words);
  // SQLite says "I/O error" and "cannot open" also when a file that it needs beside the database finds no room.
  if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) {
    const int error = sqlite3_system_errno(connection);
    if (error == ENOSPC || error == EDQUOT) code = SQLITE_FULL;
  }
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      problem.code = "state-locked";
      problem.hint = "another program holds the file; try again when it is done";
      break;
    case SQLITE_FULL:
      problem.code = "disk-full";
      problem.hint = "free some space and run the command again; nothing was half done";
      break;
    case SQLITE_READONLY:
      problem.code = "read-only";
      problem.hint = "check who owns the workspace's folder";
      break;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      problem.code = "no-permission";
      problem.hint = "check who owns the workspace's folder";
      break;
    case SQLITE_CORRUPT:
      problem.code = "state-damaged";
      problem.hint = "restore state.db from a backup";
      break;
    case SQLITE_NOTADB:
      problem.code = "state-foreign";
      problem.message = "this file is not a Kenko database";
      break;
    default:
      problem.code = "state-failed";
  }
  return problem;
}

// ---- Statement

Result<bool> Statement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return sqlite_problem(sqlite3_db_handle(statement_.get()));
  }
}

Status Statement::finish() {
  KENKO_TRY(const bool row, step());
  KENKO_CHECK(!row, "a row came from {}", sqlite3_sql(statement_.get()));
  sqlite3_reset(statement_.get());
  return Done{};
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

Hash128 Statement::hash(int column) const {
  Hash128 hash;
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr || sqlite3_column_bytes(statement_.get(), column) != 16) return hash;
  for (int i = 0; i < 8; ++i) hash.high = (hash.high << 8) | bytes[i];
  for (int i = 8; i < 16; ++i) hash.low = (hash.low << 8) | bytes[i];
  return hash;
}

std::optional<Day> Statement::maybe_day(int column) const {
  if (is_null(column)) return std::nullopt;
  return day(column);
}

std::optional<Decimal> Statement::maybe_decimal(int column) const {
  if (is_null(column)) return std::nullopt;
  return Decimal{integer(column)};
}

void Statement::bind_one(int i, std::string_view text) {
  // A null pointer would bind NULL.
  sqlite3_bind_text64(statement_.get(), i, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

void Statement::bind_one(int i, const Hash128& hash) {
  std::array<unsigned char, 16> bytes{};
  for (size_t k = 0; k < 8; ++k) {
    bytes[k] = static_cast<unsigned char>(hash.high >> (56 - 8 * k));
    bytes[8 + k] = static_cast<unsigned char>(hash.low >> (56 - 8 * k));
  }
  sqlite3_bind_blob(statement_.get(), i, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

// ---- Sqlite

Result<Sqlite> Sqlite::open(const std::string& path, bool writable) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return ports::file_problem(writable ? "write" : "read", path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  }
  constexpr int kBusyMilliseconds = 5000;
  if (!writable) {
    KENKO_TRY(sqlite3 * reading, open_for_reading(path));
    sqlite3_busy_timeout(reading, kBusyMilliseconds);
    return Sqlite(reading);
  }
  // What a killed writer wrote is there for us before it is on disk, and we answer "already there" by it.
  for (const char* part : {"", "-wal", "-journal"}) {
    KENKO_TRY_STATUS(ports::flush_file(path + part));
  }
  if (ports::file_exists(path)) {
    KENKO_TRY_STATUS(ports::flush_folder(std::filesystem::path(path).parent_path().string()));
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  KENKO_CHECK(handle != nullptr, "SQLite has no memory");
  Sqlite database(handle);
  if (opened != SQLITE_OK) {
    Problem problem = sqlite_problem(handle);
    problem.place.file = path;
    return problem;
  }
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Status Sqlite::execute(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return Done{};
  return sqlite_problem(connection_.get());
}

Result<Statement> Sqlite::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    return sqlite_problem(connection_.get());
  }
  return Statement(statement);
}

Result<int64_t> Sqlite::integer(std::string_view sql) {
  KENKO_TRY(Statement statement, prepare(sql));
  KENKO_TRY(const bool row, statement.step());
  KENKO_CHECK(row, "no row from {}", sql);
  return statement.integer(0);
}

// ---- Transaction

Result<Transaction> Transaction::begin(Sqlite& database, bool write) {
  KENKO_TRY_STATUS(database.execute(write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // Fails when SQLite has already rolled back by itself, which is what is wanted.
  const Status rolled_back = database_->execute("ROLLBACK");
  static_cast<void>(rolled_back);
}

Status Transaction::commit() {
  KENKO_TRY_STATUS(database_->execute("COMMIT"));
  database_ = nullptr;
  return Done{};
}

}  // namespace kenko::state
