// Database::classify and Database::commit.
#include <algorithm>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "state/catalog.h"
#include "state/database_state.h"
#include "state/fact_hash.h"
#include "state/fact_rows.h"

namespace kenko::state {
namespace {

/// Decides the outcomes of one kind of fact, seeing earlier facts of the same batch as stored.
template <typename Fact>
Result<std::vector<Outcome>> outcomes_of(Sqlite& sqlite, const std::vector<Fact>& facts) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(facts.size());
  if (facts.empty()) return outcomes;
  KENKO_TRY(Statement current,
            sqlite.prepare(std::string(FactTable<Fact>::kSelect) + std::string(FactTable<Fact>::kOfKey)));
  std::unordered_map<Hash128, Hash128> batch;
  for (const Fact& fact : facts) {
    const Hash128 content = content_of(fact);
    const auto [known, is_new] = batch.emplace(key_of(fact), content);
    bool stored = true;
    if (is_new) {
      FactTable<Fact>::bind_key(current, fact);
      KENKO_TRY(stored, current.step());
      if (stored) known->second = content_of(FactTable<Fact>::read(current));
    }
    outcomes.push_back(!stored ? Outcome::added : known->second == content ? Outcome::already : Outcome::corrected);
    known->second = content;
  }
  return outcomes;
}

/// The rows of a take as they are stored: of rows with equal keys the last counts.
std::vector<facts::AttributeFact> rows_of(const SnapshotTake& take) {
  std::vector<facts::AttributeFact> rows = take.rows;
  for (facts::AttributeFact& row : rows) {
    row.source = take.source;
    row.scope = take.scope;
    row.valid_from = take.day;
  }
  return rows;
}

Hash128 content_of_rows(const std::vector<facts::AttributeFact>& rows) {
  std::unordered_map<Hash128, Hash128> last;
  for (const facts::AttributeFact& row : rows) last[key_of(row)] = hash_of(row);
  Hash128 sum;
  for (const auto& [key, hash] : last) sum += hash;
  return sum;
}

/// True when the take that counts for this (source, scope, day) says exactly this.
Result<bool> is_same_take(Sqlite& sqlite, const SnapshotTake& take, const Hash128& content) {
  KENKO_TRY(Statement row, sqlite.prepare("SELECT content FROM snapshot WHERE source = ? AND scope = ? AND day = ? "
                                          "ORDER BY seq DESC LIMIT 1"));
  row.bind(take.source, take.scope, take.day);
  KENKO_TRY(const bool found, row.step());
  return found && row.hash(0) == content;
}

Result<std::vector<Outcome>> outcomes_of_take(Sqlite& sqlite, const SnapshotTake& take) {
  if (take.rows.empty() || take.scope.empty()) {
    Problem problem;
    problem.code = "empty-snapshot";
    problem.message = "a snapshot of " + take.source + " for " + take.day.iso() + " names nothing";
    problem.hint = "does the file hold the rows it should?";
    return problem;
  }
  const std::vector<facts::AttributeFact> rows = rows_of(take);
  KENKO_TRY(const bool same, is_same_take(sqlite, take, content_of_rows(rows)));
  if (same) return std::vector<Outcome>(rows.size(), Outcome::already);
  return outcomes_of(sqlite, rows);
}

Result<Outcomes> classify_all(Sqlite& sqlite, const Batch& batch) {
  Outcomes outcomes;
  KENKO_TRY(outcomes.attributes, outcomes_of(sqlite, batch.attributes));
  for (const SnapshotTake& take : batch.snapshots) {
    KENKO_TRY(auto rows, outcomes_of_take(sqlite, take));
    outcomes.snapshots.push_back(std::move(rows));
  }
  KENKO_TRY(outcomes.contracts, outcomes_of(sqlite, batch.contracts));
  KENKO_TRY(outcomes.identities, outcomes_of(sqlite, batch.identities));
  KENKO_TRY(outcomes.memberships, outcomes_of(sqlite, batch.memberships));
  KENKO_TRY(outcomes.rates, outcomes_of(sqlite, batch.rates));
  return outcomes;
}

/// One commit under way: writes the parts of a batch and hands out the seq of its facts.  Requires a transaction.
class Commit {
 public:
  Commit(Sqlite& sqlite, const Batch& batch) : sqlite_(sqlite), batch_(batch) { report_.next_seq = batch.end_seq; }

  Status catalog() {
    report_.facts_changed = !batch_.catalog.segments.empty();
    return change_catalog(sqlite_, batch_.catalog, batch_.at);
  }

  template <typename Fact>
  Status facts(const std::vector<Fact>& facts, const std::vector<Outcome>& outcomes) {
    KENKO_TRY(Statement insert, sqlite_.prepare(FactTable<Fact>::kInsert));
    for (size_t i = 0; i < facts.size(); ++i) {
      if (outcomes[i] == Outcome::already) continue;
      Fact fact = facts[i];
      fact.recorded.seq = report_.next_seq++;
      KENKO_TRY_STATUS(FactTable<Fact>::insert(insert, fact));
      report_.facts_changed = true;
    }
    return Done{};
  }

  Status snapshots() {
    KENKO_TRY(Statement insert, sqlite_.prepare(FactTable<facts::AttributeFact>::kInsert));
    KENKO_TRY(Statement take_row, sqlite_.prepare("INSERT INTO snapshot VALUES (?, ?, ?, ?, ?)"));
    for (const SnapshotTake& take : batch_.snapshots) {
      std::vector<facts::AttributeFact> rows = rows_of(take);
      const Hash128 content = content_of_rows(rows);
      KENKO_TRY(const bool same, is_same_take(sqlite_, take, content));
      if (same) continue;
      const int64_t seq = report_.next_seq++;
      for (facts::AttributeFact& row : rows) {
        row.recorded.seq = seq;
        KENKO_TRY_STATUS(FactTable<facts::AttributeFact>::insert(insert, row));
      }
      KENKO_TRY_STATUS(take_row.run(take.source, take.scope, take.day, seq, content));
      report_.facts_changed = true;
    }
    return Done{};
  }

  Status rejects() {
    KENKO_TRY(const int64_t before, count_rejects());
    KENKO_TRY_STATUS(remove_accepted(before));
    KENKO_TRY(const int64_t kept, count_rejects());
    report_.rejects_removed = before - kept;
    KENKO_TRY_STATUS(insert_rejects());
    KENKO_TRY(const int64_t after, count_rejects());
    report_.rejects_added = after - kept;
    return Done{};
  }

  Status import_record() {
    KENKO_TRY(Statement rule, sqlite_.prepare("INSERT OR IGNORE INTO rule VALUES (?, ?)"));
    for (const RuleName& r : batch_.rules) {
      KENKO_TRY_STATUS(rule.run(r.source, r.rule));
    }
    KENKO_TRY(Statement insert, sqlite_.prepare("INSERT INTO import(at, command) VALUES (?, ?)"));
    KENKO_TRY_STATUS(insert.run(batch_.at, batch_.command));
    KENKO_TRY(report_.import_id, sqlite_.integer("SELECT last_insert_rowid()"));
    KENKO_TRY(Statement file, sqlite_.prepare("INSERT INTO import_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    int64_t position = 0;
    for (const FileCounts& f : batch_.files) {
      KENKO_TRY_STATUS(file.run(report_.import_id, ++position, f.path, f.read, f.added, f.already, f.corrected,
                                f.rejected, f.filtered, f.deleted));
    }
    return Done{};
  }

  Result<CommitReport> finish() {
    KENKO_TRY(Statement seq, sqlite_.prepare("UPDATE meta SET value = ? WHERE key = 'next_seq'"));
    KENKO_TRY_STATUS(seq.run(report_.next_seq));
    if (report_.facts_changed) {
      KENKO_TRY_STATUS(sqlite_.execute("UPDATE meta SET value = randomblob(16) WHERE key = 'token'"));
    }
    return report_;
  }

 private:
  Result<int64_t> count_rejects() {
    return sqlite_.integer("SELECT count(*) FROM (SELECT DISTINCT record FROM reject)");
  }

  /// Goes through the stored rejects, of which there are few, not through the accepted records.
  Status remove_accepted(int64_t stored) {
    if (stored == 0 || batch_.accepted.empty()) return Done{};
    std::vector<Hash128> accepted = batch_.accepted;
    std::sort(accepted.begin(), accepted.end());
    std::vector<Hash128> gone;
    KENKO_TRY(Statement row, sqlite_.prepare("SELECT DISTINCT record FROM reject"));
    while (true) {
      KENKO_TRY(const bool more, row.step());
      if (!more) break;
      if (std::binary_search(accepted.begin(), accepted.end(), row.hash(0))) gone.push_back(row.hash(0));
    }
    KENKO_TRY(Statement remove, sqlite_.prepare("DELETE FROM reject WHERE record = ?"));
    for (const Hash128& record : gone) {
      KENKO_TRY_STATUS(remove.run(record));
    }
    return Done{};
  }

  /// What a record was rejected for before is replaced.  In the order of the key, so that the tree grows at its end.
  Status insert_rejects() {
    std::vector<const Reject*> sorted;
    for (const Reject& reject : batch_.rejects) sorted.push_back(&reject);
    std::sort(sorted.begin(), sorted.end(), [](const Reject* a, const Reject* b) {
      return std::tie(a->record, a->field, a->code) < std::tie(b->record, b->field, b->code);
    });
    const auto same = [](const Reject* a, const Reject* b) {
      return std::tie(a->record, a->field, a->code) == std::tie(b->record, b->field, b->code);
    };
    sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
    KENKO_TRY(Statement stored, sqlite_.prepare("SELECT record, source, file, line, field, code, message, raw "
                                                "FROM reject WHERE record = ? ORDER BY field, code"));
    KENKO_TRY(Statement remove, sqlite_.prepare("DELETE FROM reject WHERE record = ?"));
    KENKO_TRY(Statement insert, sqlite_.prepare("INSERT INTO reject VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    for (auto first = sorted.begin(); first != sorted.end();) {
      const Hash128 record = (*first)->record;
      const auto last = std::find_if(first, sorted.end(), [&record](const Reject* r) { return r->record != record; });
      stored.bind(record);
      KENKO_TRY(const bool known, says_the_same(stored, {first, last}));
      if (!known) {
        KENKO_TRY_STATUS(remove.run(record));
        for (const Reject* r : std::span(first, last)) {
          KENKO_TRY_STATUS(insert.run(r->record, r->field, r->code, r->source, r->file, r->line, r->message, r->raw));
        }
      }
      first = last;
    }
    return Done{};
  }

  static Result<bool> says_the_same(Statement& stored, std::span<const Reject* const> rejects) {
    size_t equal = 0;
    while (true) {
      KENKO_TRY(const bool more, stored.step());
      if (!more) return equal == rejects.size();
      if (equal == rejects.size() || !(read_reject(stored) == *rejects[equal])) return false;
      ++equal;
    }
  }

  Sqlite& sqlite_;
  const Batch& batch_;
  CommitReport report_;
};

}  // namespace

Result<Outcomes> Database::classify(const Batch& batch) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, false));
  return classify_all(state_->sqlite, batch);
}

Result<CommitReport> Database::commit(const Batch& batch) {
  KENKO_CHECK(batch.first_seq <= batch.end_seq, "events numbered [{}, {})", batch.first_seq, batch.end_seq);
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(const int64_t next, next_seq());
  if (batch.first_seq != next) {
    Problem problem;
    problem.code = "state-moved";
    problem.place.file = state_->path;
    problem.message = "another commit came in between";
    problem.hint = "run the command again";
    return problem;
  }
  KENKO_TRY(const Outcomes outcomes, classify_all(state_->sqlite, batch));
  Commit commit(state_->sqlite, batch);
  KENKO_TRY_STATUS(commit.catalog());
  KENKO_TRY_STATUS(commit.facts(batch.attributes, outcomes.attributes));
  KENKO_TRY_STATUS(commit.snapshots());
  KENKO_TRY_STATUS(commit.facts(batch.contracts, outcomes.contracts));
  KENKO_TRY_STATUS(commit.facts(batch.identities, outcomes.identities));
  KENKO_TRY_STATUS(commit.facts(batch.memberships, outcomes.memberships));
  KENKO_TRY_STATUS(commit.facts(batch.rates, outcomes.rates));
  KENKO_TRY_STATUS(commit.rejects());
  KENKO_TRY_STATUS(commit.import_record());
  KENKO_TRY(const CommitReport report, commit.finish());
  KENKO_TRY_STATUS(transaction.commit());
  return report;
}

}  // namespace kenko::state
