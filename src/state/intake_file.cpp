#include "state/intake_file.h"

#include <fmt/format.h>

#include <charconv>

#include "ports/files.h"
#include "state/event_columns.h"

namespace kenko::state {
namespace {

using facts::EventFact;

constexpr const char* kIntakeSchema = R"sql(
CREATE TABLE event(
  seq INTEGER PRIMARY KEY, source TEXT NOT NULL, event_id TEXT NOT NULL, version INTEGER NOT NULL,
  deleted INTEGER NOT NULL, account_ref TEXT, user_ref TEXT, name TEXT NOT NULL, occurred_at INTEGER NOT NULL,
  value INTEGER, currency TEXT NOT NULL, text TEXT, properties TEXT NOT NULL, known_at INTEGER NOT NULL,
  assumed INTEGER NOT NULL, raw BLOB NOT NULL, rule TEXT NOT NULL, mapping INTEGER NOT NULL) STRICT;
)sql";

std::string select_events() {
  return fmt::format("SELECT {}, properties, known_at, assumed, raw, rule, mapping FROM event ", kEventColumns);
}

/// Key and value after each other, each as LENGTH:BYTES.
std::string pack(const std::vector<facts::Property>& properties) {
  std::string out;
  for (const facts::Property& p : properties) {
    out += fmt::format("{}:{}{}:{}", p.key.size(), p.key, p.value.size(), p.value);
  }
  return out;
}

/// False = these are no packed properties.
bool unpack(std::string_view text, std::vector<facts::Property>& out) {
  const auto take = [&text](std::string& to) {
    size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end == text.data() + text.size() || *end != ':') return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
    if (size > text.size()) return false;
    to.assign(text.substr(0, size));
    text.remove_prefix(size);
    return true;
  };
  while (!text.empty()) {
    facts::Property& p = out.emplace_back();
    if (!take(p.key) || !take(p.value)) return false;
  }
  return true;
}

Problem problem_of(const std::string& path, std::string code, std::string message, std::string hint) {
  Problem problem;
  problem.code = std::move(code);
  problem.place.file = path;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  return problem;
}

Status read_event(const Statement& row, const std::string& path, EventFact& e) {
  read_event_columns(row, e);
  e.recorded = {{row.integer(13)}, row.integer(0), row.integer(14) != 0};
  e.raw = row.hash(15);
  e.rule = row.text(16);
  e.mapping = static_cast<uint64_t>(row.integer(17));
  if (unpack(row.text(12), e.properties)) return Done{};
  return problem_of(path, "state-damaged", "the properties of an event in it cannot be read",
                    "restore the workspace from a backup");
}

/// Done when it is an intake file of our format.
Status check(Sqlite& sqlite, const std::string& path) {
  KENKO_TRY(const int64_t application, sqlite.integer("PRAGMA application_id"));
  KENKO_TRY(const int64_t format, sqlite.integer("PRAGMA user_version"));
  if (application == kIntakeApplicationId && format == kIntakeFormat) return Done{};
  return problem_of(path, "intake-foreign", "this is not the intake file that belongs here",
                    "restore the workspace from a backup");
}

/// An open file; none = it is not there.
Result<std::optional<Sqlite>> open_to_read(const std::string& path) {
  if (!ports::file_exists(path)) return std::optional<Sqlite>();
  auto opened = Sqlite::open(path, false);
  if (!opened.ok()) {
    if (!ports::file_exists(path)) return std::optional<Sqlite>();
    return std::move(opened).problems();
  }
  return std::optional<Sqlite>(std::move(*opened));
}

/// `result`, or nothing when the file is gone by now: then what was read, well or badly, counts for nothing.
template <typename T>
Result<std::optional<T>> unless_gone(const std::string& path, Result<T> result) {
  if (!ports::file_exists(path)) return std::optional<T>();
  if (!result.ok()) return std::move(result).problems();
  return std::optional<T>(std::move(*result));
}

Result<int64_t> integer_of(Sqlite& sqlite, const std::string& path, const std::string& sql) {
  KENKO_TRY_STATUS(check(sqlite, path));
  return sqlite.integer(sql);
}

Result<int64_t> read_rows(Sqlite& sqlite, const std::string& path, int64_t after, int64_t through, int64_t limit,
                          std::vector<EventFact>& out) {
  KENKO_TRY_STATUS(check(sqlite, path));
  KENKO_TRY(Statement row, sqlite.prepare(select_events() + "WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"));
  row.bind(after, through, limit);
  for (int64_t rows = 0;; ++rows) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return rows;
    KENKO_TRY_STATUS(read_event(row, path, out.emplace_back()));
  }
}

}  // namespace

Result<std::vector<IntakeFile>> load_intake_files(Sqlite& sqlite) {
  std::vector<IntakeFile> files;
  KENKO_TRY(Statement row,
            sqlite.prepare("SELECT id, file, first_seq, end_seq, sealed_through FROM intake_file ORDER BY id"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return files;
    files.push_back({row.integer(0), row.text(1), row.integer(2), row.integer(3), row.integer(4)});
  }
}

Status IntakeWriter::make(const std::string& dir, const std::string& file) {
  KENKO_TRY_STATUS(ports::make_folder(intake_folder(dir)));
  remove_intake_file(dir, file);
  {
    KENKO_TRY(Sqlite sqlite, Sqlite::open(intake_path(dir, file), true));
    KENKO_TRY_STATUS(sqlite.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
    KENKO_TRY(Transaction transaction, Transaction::begin(sqlite, true));
    KENKO_TRY_STATUS(sqlite.execute(kIntakeSchema));
    KENKO_TRY_STATUS(sqlite.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kIntakeApplicationId, kIntakeFormat)));
    KENKO_TRY_STATUS(transaction.commit());
  }
  return ports::flush_folder(intake_folder(dir));
}

Result<IntakeWriter> IntakeWriter::open(const std::string& dir, const std::string& file) {
  const std::string path = intake_path(dir, file);
  if (!ports::file_exists(path)) {
    return problem_of(path, "intake-missing", "a file with events that are in no segment yet is not there",
                      "restore the workspace from a backup");
  }
  KENKO_TRY(Sqlite opened, Sqlite::open(path, true));
  auto sqlite = std::make_unique<Sqlite>(std::move(opened));
  KENKO_TRY_STATUS(check(*sqlite, path));
  KENKO_TRY_STATUS(sqlite->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  KENKO_TRY_STATUS(ports::flush_folder(intake_folder(dir)));
  KENKO_TRY(Statement insert, sqlite->prepare("INSERT INTO event VALUES "
                                              "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return IntakeWriter(std::move(sqlite), std::move(insert));
}

Status IntakeWriter::add(std::span<const std::vector<EventFact>* const> batches) {
  KENKO_TRY(Transaction transaction, Transaction::begin(*sqlite_, true));
  for (const std::vector<EventFact>* batch : batches) {
    for (const EventFact& e : *batch) {
      KENKO_TRY_STATUS(insert_.run(e.recorded.seq, e.source, e.event_id, e.version, e.deleted, e.account_ref,
                                   e.user_ref, e.name, e.occurred_at, e.value, e.currency, e.text, pack(e.properties),
                                   e.recorded.known_at, e.recorded.assumed, e.raw, e.rule,
                                   static_cast<int64_t>(e.mapping)));
    }
  }
  return transaction.commit();
}

Result<std::optional<int64_t>> IntakeWriter::last_seq() {
  KENKO_TRY(const int64_t last, sqlite_->integer("SELECT coalesce(max(seq), 0) FROM event"));
  return last == 0 ? std::nullopt : std::optional(last);
}

Result<bool> read_intake(const std::string& dir, const std::string& file, int64_t after, int64_t through, int64_t limit,
                         std::vector<EventFact>& out) {
  const std::string path = intake_path(dir, file);
  KENKO_TRY(std::optional<Sqlite> sqlite, open_to_read(path));
  if (!sqlite) return false;
  const size_t before = out.size();
  KENKO_TRY(const std::optional<int64_t> rows, unless_gone(path, read_rows(*sqlite, path, after, through, limit, out)));
  if (!rows) out.resize(before);
  return rows.has_value();
}

Result<std::optional<int64_t>> last_intake_seq(const std::string& dir, const std::string& file) {
  const std::string path = intake_path(dir, file);
  KENKO_TRY(std::optional<Sqlite> sqlite, open_to_read(path));
  if (!sqlite) return std::optional<int64_t>();
  return unless_gone(path, integer_of(*sqlite, path, "SELECT coalesce(max(seq), 0) FROM event"));
}

Result<std::optional<int64_t>> count_intake(const std::string& dir, const std::string& file, int64_t after) {
  const std::string path = intake_path(dir, file);
  KENKO_TRY(std::optional<Sqlite> sqlite, open_to_read(path));
  if (!sqlite) return std::optional<int64_t>();
  return unless_gone(path, integer_of(*sqlite, path, fmt::format("SELECT count(*) FROM event WHERE seq > {}", after)));
}

void remove_intake_file(const std::string& dir, const std::string& file) {
  const std::string path = intake_path(dir, file);
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    if (ports::file_exists(path + ending)) ports::remove_file(path + ending);
  }
}

}  // namespace kenko::state
