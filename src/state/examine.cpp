#include "state/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/time_zone.h"
#include "ports/files.h"
#include "state/intake_file.h"
#include "state/sqlite.h"

namespace kenko::state {
namespace {

Problem problem_of(std::string code, const std::string& path, std::string message, std::string hint,
                   Severity severity = Severity::error) {
  Problem problem;
  problem.code = std::move(code);
  problem.place.file = path;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  problem.severity = severity;
  return problem;
}

constexpr const char* kRestore = "restore the workspace from a backup (kenko restore)";

/// What a check that goes on after a finding needs: an open file and a list.
class Examination {
 public:
  explicit Examination(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] bool open() {
    Result<Sqlite> sqlite = Sqlite::open(path_, false);
    if (!sqlite.ok()) return take(sqlite.problems());
    sqlite_.emplace(std::move(sqlite).value());
    return true;
  }

  /// Calls `row` for each row; what goes wrong is a finding.
  template <typename Row>
  void each(const std::string& sql, const Row& row) {
    Result<Statement> statement = sqlite_->prepare(sql);
    if (!statement.ok()) {
      take(statement.problems());
      return;
    }
    while (true) {
      const Result<bool> more = statement->step();
      if (!more.ok()) {
        take(more.problems());
        return;
      }
      if (!more.value()) return;
      row(*statement);
    }
  }

  void add(Problem problem) { found_.push_back(std::move(problem)); }
  void add(std::string code, std::string message, std::string hint, Severity severity = Severity::error) {
    add(problem_of(std::move(code), path_, std::move(message), std::move(hint), severity));
  }
  bool take(const Problems& problems) {
    for (Problem problem : problems) {
      if (problem.place.file.empty()) problem.place.file = path_;
      add(std::move(problem));
    }
    return false;
  }
  [[nodiscard]] Problems found() { return std::move(found_); }
  [[nodiscard]] Sqlite& sqlite() { return *sqlite_; }

 private:
  std::string path_;
  std::optional<Sqlite> sqlite_;
  Problems found_;
};

// Each commit number of a fact that is not in a segment; the rows of a snapshot share one.
constexpr const char* kNumbers =
    "(SELECT 'attribute' AS what, seq FROM attribute WHERE scope = '' UNION ALL SELECT 'snapshot', seq FROM snapshot "
    "UNION ALL SELECT 'contract', seq FROM contract UNION ALL SELECT 'identity', seq FROM identity "
    "UNION ALL SELECT 'membership', seq FROM membership UNION ALL SELECT 'rate', seq FROM rate "
    "UNION ALL SELECT 'entered event', seq FROM entered_event)";

std::string day_text(int64_t micros) { return TimeZone().day_of(Instant{micros}).iso(); }

/// The range of a file and the numbers in it.
void examine_intake_file(const std::string& dir, const IntakeFile& file, bool quick, Problems& found) {
  const std::string path = intake_path(dir, file.file);
  if (!ports::file_exists(path)) {
    found.push_back(problem_of("intake-missing", path, "a file of facts that arrived one by one is missing", kRestore));
    return;
  }
  const Problems damaged = examine_database(path, quick);
  found.insert(found.end(), damaged.begin(), damaged.end());
  if (!damaged.empty()) return;
  Examination e(path);
  if (e.open()) {
    e.each(fmt::format("SELECT count(*), min(seq), max(seq) FROM event WHERE seq < {} OR seq >= {}", file.first_seq,
                       file.end_seq),
           [&](const Statement& row) {
             if (row.integer(0) == 0) return;
             e.add("intake-wrong",
                   fmt::format("{} events have numbers from {} to {}, outside of the file's own [{}, {})",
                               row.integer(0), row.integer(1), row.integer(2), file.first_seq, file.end_seq),
                   kRestore);
           });
  }
  const Problems more = e.found();
  found.insert(found.end(), more.begin(), more.end());
}

void examine_ranges(Examination& e, const std::vector<IntakeFile>& files, int64_t next_seq) {
  int64_t before = 0;
  for (const IntakeFile& file : files) {
    const bool ordered = before <= file.first_seq && file.first_seq <= file.end_seq && file.end_seq <= next_seq;
    const bool sealed =
        file.first_seq - 1 <= file.sealed_through && file.sealed_through < std::max(file.end_seq, file.first_seq);
    if (!ordered || !sealed) {
      e.add("intake-wrong",
            fmt::format(
                "intake file {} has the numbers [{}, {}), sealed through {}, after {} and before {}: that cannot be",
                file.file, file.first_seq, file.end_seq, file.sealed_through, before, next_seq),
            kRestore);
    }
    before = file.end_seq;
  }
}

}  // namespace

Problems examine_database(const std::string& path, bool quick) {
  Examination e(path);
  if (!e.open()) return e.found();
  constexpr int kMost = 10;
  e.each(fmt::format("PRAGMA {}({})", quick ? "quick_check" : "integrity_check", kMost), [&e](const Statement& row) {
    if (row.text(0) != "ok") e.add("state-damaged", row.text(0), kRestore);
  });
  return e.found();
}

Problems examine_numbers(const std::string& dir) {
  Examination e(dir + "/state.db");
  if (!e.open()) return e.found();
  e.each(
      fmt::format("SELECT what, count(*), max(seq) FROM {} WHERE seq < 1 OR seq >= (SELECT value FROM meta WHERE key "
                  "= 'next_seq') GROUP BY what",
                  kNumbers),
      [&e](const Statement& row) {
        e.add("number-not-given",
              fmt::format("{} facts ({}) have commit numbers up to {} that were never given out", row.integer(1),
                          row.text(0), row.integer(2)),
              kRestore);
      });
  e.each(
      fmt::format("SELECT seq, count(*), group_concat(DISTINCT what) FROM {} GROUP BY seq HAVING count(*) > 1 LIMIT 3",
                  kNumbers),
      [&e](const Statement& row) {
        e.add("number-twice",
              fmt::format("commit number {} was given to {} facts ({})", row.integer(0), row.integer(1), row.text(2)),
              kRestore);
      });
  e.each(
      "SELECT events_file, rows, first_seq, last_seq, first_day, last_day FROM segment WHERE rows < 1 OR first_seq < 1 "
      "OR last_seq < first_seq OR rows > last_seq - first_seq + 1 OR first_day > last_day OR last_seq >= (SELECT value "
      "FROM meta WHERE key = 'next_seq')",
      [&e](const Statement& row) {
        e.add("catalog-wrong",
              fmt::format("segment {} is said to hold {} events with the numbers {} to {}: that cannot be", row.text(0),
                          row.integer(1), row.integer(2), row.integer(3)),
              kRestore);
      });
  return e.found();
}

Problems examine_times(const std::string& dir, Instant now) {
  Examination e(dir + "/state.db");
  if (!e.open()) return e.found();
  // A minute: clocks that are set over the network step back a little now and then.
  constexpr int64_t kSlack = 60'000'000;
  e.each(
      fmt::format(
          "SELECT what, max(at) FROM (SELECT 'an import' AS what, at FROM import UNION ALL SELECT 'a publication', at "
          "FROM publication UNION ALL SELECT 'an entry by hand', at FROM entry UNION ALL SELECT 'a segment', "
          "created FROM segment UNION ALL SELECT 'a closed day', at FROM closed_day) GROUP BY what HAVING "
          "max(at) > {}",
          now.micros + kSlack),
      [&e](const Statement& row) {
        e.add("clock-behind",
              fmt::format("{} was recorded on {}, which this machine's clock says is still to come", row.text(0),
                          day_text(row.integer(1))),
              "set the clock: what is recorded now would seem to have been known earlier than it was");
      });
  e.each(fmt::format("SELECT what, count(*), max(known_at) FROM (SELECT 'attribute values' AS what, known_at, assumed "
                     "FROM attribute "
                     "UNION ALL SELECT 'contracts', known_at, assumed FROM contract UNION ALL SELECT 'rates', "
                     "known_at, assumed FROM rate "
                     "UNION ALL SELECT 'identities', known_at, assumed FROM identity UNION ALL SELECT 'memberships', "
                     "known_at, assumed FROM "
                     "membership UNION ALL SELECT 'events entered by hand', known_at, assumed FROM entered_event) "
                     "WHERE assumed = 0 AND known_at > "
                     "{} GROUP BY what",
                     now.micros + kSlack),
         [&e](const Statement& row) {
           e.add("known-in-future",
                 fmt::format("{} {} are said to be known only from {} on", row.integer(1), row.text(0),
                             day_text(row.integer(2))),
                 "is the source's column of known_at right, or this machine's clock wrong?", Severity::warning);
         });
  return e.found();
}

Problems examine_intake(const std::string& dir, bool quick) {
  Examination e(dir + "/state.db");
  if (!e.open()) return e.found();
  const Result<int64_t> next_seq = e.sqlite().integer("SELECT value FROM meta WHERE key = 'next_seq'");
  const Result<std::vector<IntakeFile>> files = load_intake_files(e.sqlite());
  if (!files.ok()) e.take(files.problems());
  if (!next_seq.ok()) e.take(next_seq.problems());
  if (!files.ok() || !next_seq.ok()) return e.found();
  examine_ranges(e, *files, *next_seq);
  Problems found = e.found();
  for (const IntakeFile& file : *files) examine_intake_file(dir, file, quick, found);
  return found;
}

Result<int64_t> count_unsealed(const std::string& dir) {
  int64_t count = 0;
  KENKO_TRY(Sqlite sqlite, Sqlite::open(dir + "/state.db", false));
  KENKO_TRY(const std::vector<IntakeFile> files, load_intake_files(sqlite));
  for (const IntakeFile& file : files) {
    // A file that went meanwhile was sealed.
    KENKO_TRY(const std::optional<int64_t> rows, count_intake(dir, file.file, file.sealed_through));
    count += rows.value_or(0);
  }
  return count;
}

}  // namespace kenko::state
