#include "state/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "ports/files.h"
#include "state/sqlite.h"

namespace kenko::state {
namespace {

/// The pages of `from`, all in one read transaction of its.
Status copy_pages(Sqlite& from, Sqlite& to) {
  const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup(
      sqlite3_backup_init(to.handle(), "main", from.handle(), "main"), &sqlite3_backup_finish);
  if (backup == nullptr) return sqlite_problem(to.handle());
  constexpr int kAllPages = -1;
  constexpr int kTries = 100;
  constexpr int kWaitMilliseconds = 50;
  for (int tries = 0;; ++tries) {
    const int done = sqlite3_backup_step(backup.get(), kAllPages);
    if (done == SQLITE_DONE) return Done{};
    if ((done != SQLITE_BUSY && done != SQLITE_LOCKED) || tries == kTries) {
      // Finishing puts the error into the target's handle, whichever file it came from.
      return sqlite_problem_of(done, sqlite3_errstr(done), to.handle());
    }
    sqlite3_sleep(kWaitMilliseconds);
  }
}

Status flush_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return ports::file_problem("flush", path, errno);
  const int flushed = ::fsync(file);
  const int error = errno;
  ::close(file);
  if (flushed != 0) return ports::file_problem("flush", path, error);
  return Done{};
}

/// Adds the texts of `query`, when the table is there.
Status add_names(Sqlite& sqlite, std::string_view table, std::string_view query, std::vector<std::string>& names) {
  KENKO_TRY(Statement there, sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"));
  there.bind(table);
  KENKO_TRY(const bool found, there.step());
  if (!found) return Done{};
  KENKO_TRY(Statement row, sqlite.prepare(query));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return Done{};
    if (!row.is_null(0) && !row.text(0).empty()) names.push_back(row.text(0));
  }
}

Status back_up(const std::string& from, const std::string& to, const std::string& then) {
  KENKO_TRY(Sqlite source, Sqlite::open(from, false));
  {
    KENKO_TRY(Sqlite target, Sqlite::open(to, true));
    KENKO_TRY_STATUS(copy_pages(source, target));
    // The copy says of itself that it has a log, as the original does; without one it can be read from anywhere.
    KENKO_TRY_STATUS(target.execute("PRAGMA journal_mode = DELETE"));
    if (!then.empty()) {
      KENKO_TRY_STATUS(target.execute(then));
    }
  }
  return flush_file(to);
}

}  // namespace

Status back_up_database(const std::string& from, const std::string& to) { return back_up(from, to, ""); }

Status back_up_intake(const std::string& from, const std::string& to, int64_t end_seq) {
  return back_up(from, to, fmt::format("DELETE FROM event WHERE seq >= {}", end_seq));
}

Result<NamedFiles> named_files(const std::string& dir) {
  NamedFiles named;
  KENKO_TRY(Sqlite sqlite, Sqlite::open(dir + "/state.db", false));
  KENKO_TRY(const Transaction transaction, Transaction::begin(sqlite, false));
  KENKO_TRY(named.next_seq, sqlite.integer("SELECT value FROM meta WHERE key = 'next_seq'"));
  KENKO_TRY_STATUS(add_names(sqlite, "segment", "SELECT events_file FROM segment", named.events));
  KENKO_TRY_STATUS(add_names(sqlite, "key_file", "SELECT file FROM key_file", named.events));
  KENKO_TRY_STATUS(add_names(sqlite, "meta", "SELECT value FROM meta WHERE key = 'versions_file'", named.events));
  KENKO_TRY_STATUS(add_names(sqlite, "intake_file", "SELECT file FROM intake_file", named.intake));
  KENKO_TRY_STATUS(add_names(sqlite, "publication", "SELECT scores_file FROM publication", named.scores));
  KENKO_TRY_STATUS(add_names(sqlite, "closed_day", "SELECT scores_file FROM closed_day", named.scores));
  for (auto* names : {&named.events, &named.intake, &named.scores}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  return named;
}

}  // namespace kenko::state
