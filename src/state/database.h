// state/database.h
//
// state.db, the system of record (SQLite, WAL, synchronous=FULL): the catalog of event segments and of the intake's
// files, every fact that is not an event, what people entered by hand, published models, imports, rejects, rule names,
// audit.  The only module that sees sqlite3.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "ports/fact_store.h"
#include "ports/message.h"
#include "state/action.h"
#include "state/batch.h"
#include "state/closed_day.h"
#include "state/entry.h"
#include "state/intake_catalog.h"
#include "state/merge.h"
#include "state/publication.h"

namespace kenko::state {

/// The format that this program reads and writes (PRAGMA user_version).
inline constexpr int kFormat = 4;

/// How many facts of each kind are in force, for `kenko status`.
struct FactCounts {
  int64_t attributes = 0, snapshots = 0, contracts = 0, identities = 0, memberships = 0, rates = 0, rejects = 0,
          imports = 0;
};

/// An open state.db.  Threads: use from one at a time.
///
/// Problems of all functions: "state-missing", "state-foreign" (not Kenko's file), "workspace-newer",
/// "workspace-older", "state-locked", "state-damaged", "intake-missing", "intake-foreign", "disk-full", "read-only",
/// "no-permission", "state-failed".
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
  [[nodiscard]] Result<ports::StoredFacts> load_facts(const std::optional<Instant>& known_until = {}) override;

  /// The first unused commit number.
  [[nodiscard]] Result<int64_t> next_seq();
  /// What commit(batch) would do to each fact; changes nothing.
  [[nodiscard]] Result<Outcomes> classify(const Batch& batch);
  /// Everything in one transaction: durable when it returns, not there at all when it fails.  Facts that are already
  /// there are not stored again.  Problem "state-moved" when batch.first_seq is not next_seq() (another commit came
  /// between).
  [[nodiscard]] Result<CommitReport> commit(const Batch& batch);

  /// What people enter by hand, all or nothing; gives the entries in the order of the drafts.  A value that the
  /// attribute has already is not recorded again: its entry is the one that said so, marked `repeated`.
  [[nodiscard]] Result<std::vector<Entry>> record(const std::vector<EntryDraft>& drafts);
  /// Takes an entry back: its fact counts as never said from now on (what was known before stays known).  Taking back
  /// an undo brings its fact back.  Problems: "unknown-entry", "already-undone".
  [[nodiscard]] Result<Entry> undo(int64_t number, const std::string& author, Instant at);
  /// All entries, the oldest first.
  [[nodiscard]] Result<std::vector<Entry>> entries();

  /// Compaction: replaces files of the catalog by others that say the same, in one transaction.  Problem "state-moved"
  /// when one of the replaced is not there.
  [[nodiscard]] Status change_catalog(const ports::CatalogChange& change, Instant at);
  /// Forgets files that were replaced at or before `until`; who writes segments next removes them.
  [[nodiscard]] Status forget_replaced(Instant until);

  /// The intake's events with after < number <= through, by number, the first `limit` of them, and the state that they
  /// are part of.
  [[nodiscard]] Result<IntakeEvents> load_intake(int64_t after = 0, int64_t through = INT64_MAX,
                                                 int64_t limit = INT64_MAX);
  /// How many events are in the intake.
  [[nodiscard]] Result<int64_t> count_intake();
  [[nodiscard]] Result<std::vector<IntakeFile>> intake_files();
  /// For class Intake: takes `count` numbers for the file of this id, or for a new one (0), which is made.
  [[nodiscard]] Result<IntakeRange> reserve_intake(int64_t id, int64_t count);
  /// From now on the intake's events up to `through` lie in the segments of `change`.  One transaction.
  [[nodiscard]] Status seal_intake(const ports::CatalogChange& change, int64_t through, Instant at);
  /// Removes the files of ids below `before` whose every event is sealed.
  [[nodiscard]] Status drop_sealed_intake(int64_t before);
  /// Removes what a killed writer left in DIR/intake.  Nobody may be appending.
  [[nodiscard]] Status tidy_intake();

  /// Records a merge of accounts (or takes one back) under the next number and gives it back with it.
  [[nodiscard]] Result<AccountMerge> merge_account(const AccountMerge& merge);
  /// All merges and takings back, the oldest first.
  [[nodiscard]] Result<std::vector<AccountMerge>> account_merges();

  /// Adds a publication under the next number and gives it back with it; durable when it returns.
  [[nodiscard]] Result<Publication> publish(const Publication& publication);
  /// All publications, the oldest first.
  [[nodiscard]] Result<std::vector<Publication>> publications();

  /// Adds a closed day, which follows the last one, with the text of the model that said its rows; durable when it
  /// returns.
  /// rules: the files of day.rules.
  [[nodiscard]] Status close_day(const ClosedDay& day, const std::string& model_text, const RuleFiles& rules = {});
  /// All closed days, ascending.
  [[nodiscard]] Result<std::vector<ClosedDay>> closed_days();
  /// The text of a model that a day was closed with; empty when there is none with this fingerprint.
  [[nodiscard]] Result<std::string> model_text(const Hash128& fingerprint);

  /// Records what a person did under the next number, not before the last action or close; durable when it returns.
  [[nodiscard]] Result<Action> act(const Action& action);
  /// In the order in which they count.
  [[nodiscard]] Result<std::vector<Action>> actions();
  /// The files of ClosedDay::rules; empty when there are none with this fingerprint.
  [[nodiscard]] Result<RuleFiles> rule_files(const Hash128& fingerprint);
  /// The moment up to which everything was told; none = nothing so far.
  [[nodiscard]] Result<std::optional<Instant>> acted_until();
  /// Puts messages into the outbox and moves that moment, in one transaction.
  [[nodiscard]] Status end_acting(Instant until, const std::vector<ports::Message>& messages);

  /// What a target of write-back has: by id, a hash of the row.
  [[nodiscard]] Result<std::map<std::string, Hash128>> written_back(const std::string& target);
  /// Remembers rows that were written there.
  [[nodiscard]] Status keep_written_back(const std::string& target, const std::map<std::string, Hash128>& rows);

  /// Every rule name that the source's mapping ever had, sorted.
  [[nodiscard]] Result<std::vector<std::string>> rule_names(std::string_view source);
  /// Whom the latest snapshot of (source, scope) before `day` names, sorted; empty when there is none.
  [[nodiscard]] Result<std::vector<std::string>> snapshot_entities(std::string_view source, std::string_view scope,
                                                                   Day day);
  /// Rejects, all or of one source, sorted by (source, file, line, record, field).
  [[nodiscard]] Result<std::vector<Reject>> rejects(const std::optional<std::string>& source = std::nullopt);
  /// Names of all rejected records.
  [[nodiscard]] Result<std::unordered_set<Hash128>> rejected_records();
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
