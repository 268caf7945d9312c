#include "state/catalog.h"

#include <fmt/format.h>

#include "state/database_state.h"

namespace kenko::state {
namespace {

Status add_rows(Sqlite& sqlite, const ports::CatalogChange& change) {
  KENKO_TRY(Statement segment, sqlite.prepare("INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const ports::SegmentInfo& s : change.segments) {
    KENKO_TRY_STATUS(segment.run(s.id, s.events_file, s.source, s.rows, s.first_seq, s.last_seq, s.first_day,
                                 s.last_day, s.created));
  }
  KENKO_TRY(Statement keys, sqlite.prepare("INSERT INTO key_file VALUES (?, ?, ?, ?, ?)"));
  for (const ports::KeyFileInfo& k : change.key_files) {
    KENKO_TRY_STATUS(keys.run(k.id, k.file, k.entries, k.first_seq, k.last_seq));
  }
  return Done{};
}

Status replace_rows(Sqlite& sqlite, std::string_view table, std::string_view file, const std::vector<int64_t>& ids,
                    Instant at) {
  if (ids.empty()) return Done{};
  KENKO_TRY(Statement keep,
            sqlite.prepare(fmt::format("INSERT INTO replaced_file SELECT {}, ?2 FROM {} WHERE id = ?1", file, table)));
  KENKO_TRY(Statement remove, sqlite.prepare(fmt::format("DELETE FROM {} WHERE id = ? RETURNING id", table)));
  for (const int64_t id : ids) {
    KENKO_TRY_STATUS(keep.run(id, at));
    remove.bind(id);
    KENKO_TRY(const bool found, remove.step());
    if (!found) {
      Problem problem;
      problem.code = "state-moved";
      problem.message = "another commit came in between";
      problem.hint = "run the command again";
      return problem;
    }
    KENKO_TRY(const bool more, remove.step());
    static_cast<void>(more);
  }
  return Done{};
}

}  // namespace

Result<ports::Snapshot> load_snapshot(Sqlite& sqlite) {
  ports::Snapshot snapshot;
  KENKO_TRY(Statement meta, sqlite.prepare("SELECT (SELECT value FROM meta WHERE key = 'token'), "
                                           "(SELECT value FROM meta WHERE key = 'next_seq'), "
                                           "(SELECT value FROM meta WHERE key = 'generation'), "
                                           "(SELECT value FROM meta WHERE key = 'versions_file')"));
  KENKO_TRY(const bool found, meta.step());
  if (found) {
    snapshot.token = meta.hash(0);
    snapshot.next_seq = meta.integer(1);
    snapshot.generation = meta.integer(2);
    snapshot.versions_file = meta.text(3);
  }
  KENKO_TRY(Statement segment, sqlite.prepare("SELECT id, events_file, source, rows, first_seq, last_seq, first_day, "
                                              "last_day, created FROM segment ORDER BY id"));
  while (true) {
    KENKO_TRY(const bool more, segment.step());
    if (!more) break;
    snapshot.segments.push_back({segment.integer(0), segment.text(1), segment.text(2), segment.integer(3),
                                 segment.integer(4), segment.integer(5), segment.day(6), segment.day(7),
                                 Instant{segment.integer(8)}});
  }
  KENKO_TRY(Statement keys, sqlite.prepare("SELECT id, file, entries, first_seq, last_seq FROM key_file "
                                           "ORDER BY first_seq, id"));
  while (true) {
    KENKO_TRY(const bool more, keys.step());
    if (!more) break;
    snapshot.key_files.push_back({keys.integer(0), keys.text(1), keys.integer(2), keys.integer(3), keys.integer(4)});
  }
  KENKO_TRY(Statement replaced, sqlite.prepare("SELECT file, at FROM replaced_file ORDER BY file"));
  while (true) {
    KENKO_TRY(const bool more, replaced.step());
    if (!more) return snapshot;
    snapshot.replaced.push_back({replaced.text(0), Instant{replaced.integer(1)}});
  }
}

Status change_catalog(Sqlite& sqlite, const ports::CatalogChange& change, Instant at) {
  if (change.empty()) return Done{};
  KENKO_TRY_STATUS(replace_rows(sqlite, "segment", "events_file", change.replaced_segments, at));
  KENKO_TRY_STATUS(replace_rows(sqlite, "key_file", "file", change.replaced_key_files, at));
  KENKO_TRY_STATUS(add_rows(sqlite, change));
  if (change.versions_file) {
    KENKO_TRY(Statement keep, sqlite.prepare("INSERT INTO replaced_file SELECT value, ? FROM meta "
                                             "WHERE key = 'versions_file' AND value <> ''"));
    KENKO_TRY_STATUS(keep.run(at));
    KENKO_TRY(Statement set, sqlite.prepare("UPDATE meta SET value = ? WHERE key = 'versions_file'"));
    KENKO_TRY_STATUS(set.run(*change.versions_file));
  }
  return sqlite.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'");
}

Status Database::change_catalog(const ports::CatalogChange& change, Instant at) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY_STATUS(state::change_catalog(state_->sqlite, change, at));
  return transaction.commit();
}

Status Database::forget_replaced(Instant until) {
  KENKO_TRY(const int64_t old,
            state_->sqlite.integer(fmt::format("SELECT count(*) FROM replaced_file WHERE at <= {}", until.micros)));
  if (old == 0) return Done{};
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement remove, state_->sqlite.prepare("DELETE FROM replaced_file WHERE at <= ?"));
  KENKO_TRY_STATUS(remove.run(until));
  return transaction.commit();
}

}  // namespace kenko::state
