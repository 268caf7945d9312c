#include "state/database.h"

#include <fmt/format.h>

#include <utility>

#include "ports/files.h"
#include "state/database_state.h"
#include "state/fact_rows.h"
#include "state/schema.h"

namespace kenko::state {
namespace {

Problem problem_of(const std::string& path, std::string code, std::string message, std::string hint) {
  Problem problem;
  problem.code = std::move(code);
  problem.place.file = path;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  return problem;
}

Status make_schema(Sqlite& sqlite) {
  KENKO_TRY(Transaction transaction, Transaction::begin(sqlite, true));
  KENKO_TRY_STATUS(sqlite.execute(kSchema));
  KENKO_TRY_STATUS(
      sqlite.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kFormat)));
  return transaction.commit();
}

/// Done when the file is a Kenko database of our format; an empty one is given its tables when `make`.
Status check_format(Sqlite& sqlite, const std::string& path, bool make) {
  KENKO_TRY(const int64_t tables, sqlite.integer("SELECT count(*) FROM sqlite_master"));
  KENKO_TRY(const int64_t application, sqlite.integer("PRAGMA application_id"));
  KENKO_TRY(const int64_t format, sqlite.integer("PRAGMA user_version"));
  if (tables == 0 && application == 0) {
    if (make) return make_schema(sqlite);
    return problem_of(path, "state-missing", "the workspace's database is empty", "run `kenko import` or `kenko init`");
  }
  if (application != kApplicationId) {
    return problem_of(path, "state-foreign", "this file is not a Kenko database",
                      "move it out of the workspace, or choose another folder");
  }
  if (format > kFormat) {
    return problem_of(path, "workspace-newer",
                      fmt::format("this workspace was written by a newer Kenko (format {}; this one reads format {})",
                                  format, kFormat),
                      "use a newer Kenko");
  }
  if (format < kFormat) {
    return problem_of(
        path, "workspace-older",
        fmt::format("this workspace has the older format {}; this Kenko reads format {}", format, kFormat),
        "import the files again into a new workspace");
  }
  return Done{};
}

Result<std::vector<FileCounts>> load_files(Sqlite& sqlite, int64_t import) {
  std::vector<FileCounts> files;
  KENKO_TRY(Statement row, sqlite.prepare("SELECT path, read, added, already, corrected, rejected, filtered, deleted "
                                          "FROM import_file WHERE import = ? ORDER BY position"));
  row.bind(import);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return files;
    files.push_back({row.text(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.integer(5),
                     row.integer(6), row.integer(7)});
  }
}

}  // namespace

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& dir) {
  const std::string path = dir + "/state.db";
  if (!ports::file_exists(path)) {
    return problem_of(path, "state-missing", "there is no Kenko database here",
                      "make a workspace with `kenko init`, or name one with -C");
  }
  KENKO_TRY(Sqlite sqlite, Sqlite::open(path, false));
  KENKO_TRY_STATUS(check_format(sqlite, path, false));
  return Database(std::make_unique<State>(State{dir, path, std::move(sqlite)}));
}

Result<Database> Database::open_for_writing(const std::string& dir) {
  const std::string path = dir + "/state.db";
  KENKO_TRY(Sqlite sqlite, Sqlite::open(path, true));
  // Before anything is changed: a foreign or newer file must stay as it is.
  KENKO_TRY_STATUS(check_format(sqlite, path, true));
  KENKO_TRY_STATUS(sqlite.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"));
  KENKO_TRY_STATUS(ports::flush_folder(dir));
  return Database(std::make_unique<State>(State{dir, path, std::move(sqlite)}));
}

Result<int64_t> Database::next_seq() { return state_->sqlite.integer("SELECT value FROM meta WHERE key = 'next_seq'"); }

Result<std::vector<std::string>> Database::rule_names(std::string_view source) {
  std::vector<std::string> names;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT rule FROM rule WHERE source = ? ORDER BY rule"));
  row.bind(source);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return names;
    names.push_back(row.text(0));
  }
}

Result<std::vector<std::string>> Database::snapshot_entities(std::string_view source, std::string_view scope, Day day) {
  std::vector<std::string> names;
  KENKO_TRY(Statement row,
            state_->sqlite.prepare(
                "SELECT DISTINCT entity FROM attribute a JOIN (SELECT source, scope, day, seq FROM snapshot "
                "WHERE source = ? AND scope = ? AND day < ? ORDER BY day DESC, seq DESC LIMIT 1) s "
                "ON a.source = s.source AND a.scope = s.scope AND a.valid_from = s.day AND a.seq = s.seq "
                "WHERE a.scope <> '' ORDER BY entity"));
  row.bind(source, scope, day);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return names;
    names.push_back(row.text(0));
  }
}

Result<std::vector<Reject>> Database::rejects(const std::optional<std::string>& source) {
  std::vector<Reject> rejects;
  KENKO_TRY(Statement row,
            state_->sqlite.prepare("SELECT record, source, file, line, field, code, message, raw FROM reject "
                                   "WHERE ?1 IS NULL OR source = ?1 ORDER BY source, file, line, record, field, code"));
  row.bind(source);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return rejects;
    rejects.push_back(read_reject(row));
  }
}

Result<std::unordered_set<Hash128>> Database::rejected_records() {
  std::unordered_set<Hash128> records;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT DISTINCT record FROM reject"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return records;
    records.insert(row.hash(0));
  }
}

Result<std::vector<ImportRecord>> Database::imports(int64_t limit) {
  std::vector<ImportRecord> imports;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT id, at, command FROM import ORDER BY id DESC LIMIT ?"));
  row.bind(limit);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) break;
    imports.push_back({row.integer(0), Instant{row.integer(1)}, row.text(2), {}});
  }
  for (ImportRecord& import : imports) {
    KENKO_TRY(import.files, load_files(state_->sqlite, import.id));
  }
  return imports;
}

Result<FactCounts> Database::counts() {
  FactCounts counts;
  Sqlite& sqlite = state_->sqlite;
  const auto groups = [&sqlite](std::string_view table) {
    return sqlite.integer(fmt::format("SELECT count(*) FROM (SELECT DISTINCT {})", table));
  };
  KENKO_TRY(counts.attributes, groups("kind, source, entity, key, valid_from FROM attribute WHERE scope = ''"));
  KENKO_TRY(counts.snapshots, groups("source, scope, day FROM snapshot"));
  KENKO_TRY(counts.contracts, groups("source, contract_id FROM contract"));
  KENKO_TRY(counts.identities, groups("kind, source, external_id, valid_from FROM identity"));
  KENKO_TRY(counts.memberships, groups("contact, valid_from FROM membership"));
  KENKO_TRY(counts.rates, groups("currency, day FROM rate"));
  KENKO_TRY(counts.rejects, groups("record FROM reject"));
  KENKO_TRY(counts.imports, groups("id FROM import"));
  return counts;
}

Status Database::add_audit(const AuditEntry& entry) {
  KENKO_TRY(Statement insert, state_->sqlite.prepare("INSERT INTO audit(at, action, detail) VALUES (?, ?, ?)"));
  return insert.run(entry.at, entry.action, entry.detail);
}

Result<std::vector<AuditEntry>> Database::audit() {
  std::vector<AuditEntry> entries;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT at, action, detail FROM audit ORDER BY id"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return entries;
    entries.push_back({Instant{row.integer(0)}, row.text(1), row.text(2)});
  }
}

}  // namespace kenko::state
