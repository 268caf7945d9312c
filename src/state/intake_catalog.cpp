// What Database does to the intake as a whole: numbers, sealing, dropping files.
#include "state/intake_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "ports/files.h"
#include "state/catalog.h"
#include "state/database_state.h"
#include "state/intake_file.h"

namespace kenko::state {
namespace {

/// True for names that this program gives: NNNNNNNN.db and what SQLite keeps beside it.  Other files are not ours.
bool is_ours(std::string_view name) {
  constexpr size_t kDigits = 8;
  if (name.size() < kDigits + 3 || name.substr(kDigits, 3) != ".db") return false;
  const std::string_view ending = name.substr(kDigits + 3);
  return std::all_of(name.begin(), name.begin() + kDigits, [](char c) { return c >= '0' && c <= '9'; }) &&
         (ending.empty() || ending == "-wal" || ending == "-shm" || ending == "-journal");
}

}  // namespace

Result<std::vector<IntakeFile>> Database::intake_files() { return load_intake_files(state_->sqlite); }

// The file is there, and durable, before anything names it.
Result<IntakeRange> Database::reserve_intake(int64_t id, int64_t count) {
  Sqlite& sqlite = state_->sqlite;
  KENKO_TRY(Transaction transaction, Transaction::begin(sqlite, true));
  IntakeRange range;
  KENKO_TRY(range.first, next_seq());
  range.end = range.first + count;
  if (id == 0) {
    KENKO_TRY(const int64_t last,
              sqlite.integer("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'intake_file'"));
    range.file = {last + 1, fmt::format("{:08}.db", last + 1), range.first, range.end, range.first - 1};
    KENKO_TRY_STATUS(IntakeWriter::make(state_->dir, range.file.file));
    KENKO_TRY(Statement insert, sqlite.prepare("INSERT INTO intake_file VALUES (?, ?, ?, ?, ?)"));
    KENKO_TRY_STATUS(insert.run(range.file.id, range.file.file, range.first, range.end, range.first - 1));
  } else {
    KENKO_TRY(const std::vector<IntakeFile> files, load_intake_files(sqlite));
    const auto file = std::find_if(files.begin(), files.end(), [id](const IntakeFile& f) { return f.id == id; });
    KENKO_CHECK(file != files.end(), "no intake file {}", id);
    range.file = *file;
    range.file.end_seq = range.end;
    KENKO_TRY(Statement update, sqlite.prepare("UPDATE intake_file SET end_seq = ? WHERE id = ?"));
    KENKO_TRY_STATUS(update.run(range.end, id));
  }
  KENKO_TRY(Statement seq, sqlite.prepare("UPDATE meta SET value = ? WHERE key = 'next_seq'"));
  KENKO_TRY_STATUS(seq.run(range.end));
  KENKO_TRY_STATUS(transaction.commit());
  return range;
}

Status Database::seal_intake(const ports::CatalogChange& change, int64_t through, Instant at) {
  Sqlite& sqlite = state_->sqlite;
  KENKO_TRY(Transaction transaction, Transaction::begin(sqlite, true));
  KENKO_TRY_STATUS(state::change_catalog(sqlite, change, at));
  KENKO_TRY(Statement sealed, sqlite.prepare("UPDATE intake_file SET sealed_through = min(?1, end_seq - 1) "
                                             "WHERE first_seq <= ?1 AND sealed_through < min(?1, end_seq - 1)"));
  KENKO_TRY_STATUS(sealed.run(through));
  KENKO_TRY_STATUS(sqlite.execute("UPDATE meta SET value = randomblob(16) WHERE key = 'token'"));
  return transaction.commit();
}

// The row goes before the file: a file that is named is there.
Status Database::drop_sealed_intake(int64_t before) {
  KENKO_TRY(const std::vector<IntakeFile> files, intake_files());
  std::vector<std::string> sealed;
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement remove, state_->sqlite.prepare("DELETE FROM intake_file WHERE id = ?"));
  for (const IntakeFile& file : files) {
    if (file.id >= before) continue;
    KENKO_TRY(const std::optional<int64_t> last, last_intake_seq(state_->dir, file.file));
    // A file that is lost is for the reader to report.
    if (!last || *last > file.sealed_through) continue;
    KENKO_TRY_STATUS(remove.run(file.id));
    sealed.push_back(file.file);
  }
  if (sealed.empty()) return Done{};
  KENKO_TRY_STATUS(transaction.commit());
  for (const std::string& file : sealed) remove_intake_file(state_->dir, file);
  return ports::flush_folder(intake_folder(state_->dir));
}

Status Database::tidy_intake() {
  KENKO_TRY_STATUS(drop_sealed_intake(INT64_MAX));
  KENKO_TRY(const std::vector<IntakeFile> files, intake_files());
  std::set<std::string, std::less<>> named;
  for (const IntakeFile& file : files) named.insert(file.file);
  for (const std::string& name : ports::list_files(intake_folder(state_->dir))) {
    const std::string database = name.substr(0, std::min<size_t>(name.size(), 11));
    if (is_ours(name) && !named.contains(database)) ports::remove_file(intake_path(state_->dir, name));
  }
  return Done{};
}

}  // namespace kenko::state
