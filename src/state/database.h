// state/database.h
//
// state.db, the system of record (SQLite, WAL, synchronous=FULL): the catalog of event segments, every fact that is not
// an event, imports, rejects, rule names, audit.  The only module that sees sqlite3.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/fact_store.h"
#include "state/batch.h"

namespace kenko::state {

/// The format this program reads and writes (PRAGMA user_version).
inline constexpr int kFormat = 1;

/// How many facts of each kind are in force, for `kenko status`.
struct FactCounts {
  int64_t attributes = 0, snapshots = 0, contracts = 0, identities = 0, memberships = 0, rates = 0, rejects = 0,
          imports = 0;
};

/// An open state.db.  Threads: use from one at a time.
///
/// Problems of all functions: "state-missing", "state-foreign" (not Kenko's file), "workspace-newer",
/// "workspace-older", "state-locked", "state-damaged", "disk-full", "read-only", "no-permission", "state-failed".
class Database final : public ports::FactStore {
 public:
  /// For readers: never changes anything.
  [[nodiscard]] static Result<Database> open(const std::string& dir);
  /// For the holder of the WriteLock; makes an empty one when there is none.
  [[nodiscard]] static Result<Database> open_for_writing(const std::string& dir);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database() override;

  [[nodiscard]] Result<ports::Snapshot> snapshot() override;
  [[nodiscard]] Result<ports::StoredFacts> load_facts() override;

  /// The first unused commit number.
  [[nodiscard]] Result<int64_t> next_seq();
  /// What commit(batch) would do to each fact; changes nothing.
  [[nodiscard]] Result<Outcomes> classify(const Batch& batch);
  /// Everything in one transaction: durable when it returns, not there at all when it fails.  Facts that are already
  /// there are not stored again.  Problem "state-moved" when batch.first_seq is not next_seq() (another commit came
  /// between).
  [[nodiscard]] Result<CommitReport> commit(const Batch& batch);

  /// Every rule name that the source's mapping ever had, sorted.
  [[nodiscard]] Result<std::vector<std::string>> rule_names(std::string_view source);
  /// Whom the latest snapshot of (source, scope) before `day` names, sorted; empty when there is none.
  [[nodiscard]] Result<std::vector<std::string>> snapshot_entities(std::string_view source, std::string_view scope,
                                                                   Day day);
  /// Rejects, all or of one source, sorted by (source, file, line, record, field).
  [[nodiscard]] Result<std::vector<Reject>> rejects(const std::optional<std::string>& source = std::nullopt);
  /// Imports, the newest first.
  [[nodiscard]] Result<std::vector<ImportRecord>> imports(int64_t limit = 100);
  [[nodiscard]] Result<FactCounts> counts();
  [[nodiscard]] Status add_audit(const AuditEntry& entry);
  [[nodiscard]] Result<std::vector<AuditEntry>> audit();

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A hash of what the facts in force say, without recorded times and seq: equal digests = the same state, whatever the
/// order in which the facts came.  Superseded versions do not count.
[[nodiscard]] Hash128 facts_digest(const facts::FactSet& facts);

}  // namespace kenko::state
