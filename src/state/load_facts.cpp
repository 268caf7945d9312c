// Database::snapshot, load_facts and load_intake: one consistent state out of state.db and the files of the intake.
#include <algorithm>
#include <utility>

#include "state/catalog.h"
#include "state/database_state.h"
#include "state/entered_events.h"
#include "state/fact_rows.h"
#include "state/intake_file.h"

namespace kenko::state {
namespace {

/// What state.db says at one instant.
struct StateRead {
  ports::StoredFacts stored;
  std::vector<IntakeFile> files;
};

template <typename Fact>
Status load(Sqlite& sqlite, std::vector<Fact>& out) {
  KENKO_TRY(Statement statement, sqlite.prepare(FactTable<Fact>::kSelect));
  while (true) {
    KENKO_TRY(const bool row, statement.step());
    if (!row) return Done{};
    out.push_back(FactTable<Fact>::read(statement));
  }
}

Status load_all(Sqlite& sqlite, const std::optional<Instant>& known_until, facts::FactSet& facts) {
  KENKO_TRY_STATUS(load_entered_events(sqlite, facts.events));
  KENKO_TRY_STATUS(load(sqlite, facts.attributes));
  KENKO_TRY_STATUS(drop_withdrawn(sqlite, known_until, facts.attributes));
  KENKO_TRY_STATUS(load(sqlite, facts.contracts));
  KENKO_TRY_STATUS(load(sqlite, facts.identities));
  KENKO_TRY_STATUS(load(sqlite, facts.memberships));
  return load(sqlite, facts.rates);
}

Problem missing(const std::string& dir, const std::string& file) {
  Problem problem;
  problem.code = "intake-missing";
  problem.place.file = intake_path(dir, file);
  problem.message = "a file with events that are in no segment yet is not there";
  problem.hint = "restore the workspace from a backup";
  return problem;
}

/// A file went while we read: it was sealed meanwhile, or it is lost.
Status require_dropped(Sqlite& sqlite, const std::string& dir, const IntakeFile& file) {
  KENKO_TRY(Statement row, sqlite.prepare("SELECT 1 FROM intake_file WHERE id = ?"));
  row.bind(file.id);
  KENKO_TRY(const bool named, row.step());
  if (named) return missing(dir, file.file);
  return Done{};
}

/// Reads state.db with `from_state` in one transaction, then every file of the intake with `from_file` (false = the
/// file is gone); all of it again when a file was sealed and went meanwhile.
template <typename FromState, typename FromFile>
Result<StateRead> read_consistently(Sqlite& sqlite, const std::string& dir, FromState from_state, FromFile from_file) {
  while (true) {
    StateRead read;
    {
      KENKO_TRY(Transaction transaction, Transaction::begin(sqlite, false));
      KENKO_TRY(read.stored.snapshot, load_snapshot(sqlite));
      KENKO_TRY(read.files, load_intake_files(sqlite));
      KENKO_TRY_STATUS(from_state(read.stored.facts));
    }
    const IntakeFile* gone = nullptr;
    for (const IntakeFile& file : read.files) {
      KENKO_TRY(const bool there, from_file(file, read.stored));
      if (there) continue;
      gone = &file;
      break;
    }
    if (gone == nullptr) return read;
    KENKO_TRY_STATUS(require_dropped(sqlite, dir, *gone));
  }
}

}  // namespace

Result<ports::Snapshot> Database::snapshot() {
  const std::string& dir = state_->dir;
  const auto last_seq = [&dir](const IntakeFile& file, ports::StoredFacts& stored) -> Result<bool> {
    KENKO_TRY(const std::optional<int64_t> last, last_intake_seq(dir, file.file));
    if (last && *last > file.sealed_through) stored.snapshot.intake_seq = std::max(stored.snapshot.intake_seq, *last);
    return last.has_value();
  };
  KENKO_TRY(StateRead read,
            read_consistently(state_->sqlite, dir, [](facts::FactSet&) -> Status { return Done{}; }, last_seq));
  return std::move(read.stored.snapshot);
}

Result<ports::StoredFacts> Database::load_facts(const std::optional<Instant>& known_until) {
  const std::string& dir = state_->dir;
  const auto events = [&dir](const IntakeFile& file, ports::StoredFacts& stored) -> Result<bool> {
    std::vector<facts::EventFact>& out = stored.facts.events;
    const size_t before = out.size();
    KENKO_TRY(const bool there, read_intake(dir, file.file, file.sealed_through, INT64_MAX, INT64_MAX, out));
    if (out.size() > before) stored.snapshot.intake_seq = out.back().recorded.seq;
    return there;
  };
  KENKO_TRY(StateRead read,
            read_consistently(
                state_->sqlite, dir,
                [&](facts::FactSet& facts) { return load_all(state_->sqlite, known_until, facts); }, events));
  return std::move(read.stored);
}

Result<IntakeEvents> Database::load_intake(int64_t after, int64_t through, int64_t limit) {
  const std::string& dir = state_->dir;
  const auto events = [&dir, after, through, limit](const IntakeFile& file,
                                                    ports::StoredFacts& stored) -> Result<bool> {
    std::vector<facts::EventFact>& out = stored.facts.events;
    KENKO_TRY(const std::optional<int64_t> last, last_intake_seq(dir, file.file));
    if (!last) return false;
    if (*last > file.sealed_through) stored.snapshot.intake_seq = *last;
    // No later than that: who asks again from intake_seq on gets the rest.
    return read_intake(dir, file.file, std::max(after, file.sealed_through), std::min(through, *last),
                       limit - static_cast<int64_t>(out.size()), out);
  };
  KENKO_TRY(StateRead read,
            read_consistently(state_->sqlite, dir, [](facts::FactSet&) -> Status { return Done{}; }, events));
  return IntakeEvents{std::move(read.stored.snapshot), std::move(read.stored.facts.events)};
}

Result<int64_t> Database::count_intake() {
  const std::string& dir = state_->dir;
  int64_t events = 0;
  const auto begin = [&events](facts::FactSet&) -> Status {
    events = 0;
    return Done{};
  };
  const auto count = [&](const IntakeFile& file, ports::StoredFacts&) -> Result<bool> {
    KENKO_TRY(const std::optional<int64_t> rows, state::count_intake(dir, file.file, file.sealed_through));
    events += rows.value_or(0);
    return rows.has_value();
  };
  KENKO_TRY([[maybe_unused]] const StateRead read, read_consistently(state_->sqlite, dir, begin, count));
  return events;
}

}  // namespace kenko::state
