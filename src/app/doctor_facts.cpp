// The checks of kenko doctor that look at facts and scores.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/doctor_checks.h"
#include "base/text.h"
#include "duck/connection.h"
#include "ports/files.h"
#include "segments/examine.h"
#include "segments/key_index.h"
#include "state/examine.h"

namespace kenko::app {
namespace {

std::string counted(int64_t n, const char* what) {
  return fmt::format("{} {}{}", text::grouped(n), what, n == 1 ? "" : "s");
}

DoctorCheck skipped(std::string name, std::string why) { return {std::move(name), std::move(why), {}, true}; }

constexpr const char* kNotOpen = "state.db or the intake cannot be read";
constexpr const char* kQuick = "left out by --quick";

/// Rows and span of days of a file of scores, against what state.db says of it.
struct ScoresFile {
  std::string name;
  int64_t rows = 0;
};

void check_scores_file(duck::Connection& duck, const Patient& patient, const ScoresFile& file, Problems& found) {
  const std::string path = patient.path(file.name);
  if (!ports::file_exists(path)) {
    found.push_back(problem_at("scores-missing", path, "a file of published scores is missing",
                               "restore it from a backup: what was published cannot be made again"));
    return;
  }
  const auto damaged = [&](const std::string& what) {
    found.push_back(
        problem_at("scores-damaged", path, what, "restore it from a backup: what was published cannot be made again"));
  };
  // Every column is read, so that a damaged page is seen.
  Result<duck::Rows> rows =
      patient.quick ? duck.query(fmt::format("SELECT count(*) FROM read_parquet({})", duck::sql_path(path)))
                    : duck.query(fmt::format("SELECT count(*), bit_xor(hash(COLUMNS(*))) FROM read_parquet({})",
                                             duck::sql_path(path)));
  if (!rows.ok()) {
    damaged("it cannot be read: " + rows.problems()[0].message);
    return;
  }
  const auto chunk = rows->next();
  if (!chunk.ok() || chunk->size() != 1) {
    damaged("it cannot be read: " + (chunk.ok() ? std::string("it is empty") : chunk.problems()[0].message));
    return;
  }
  const int64_t there = chunk->data<int64_t>(0)[0];
  if (there != file.rows) damaged(fmt::format("it holds {} rows, state.db says {}", there, file.rows));
}

/// Days follow each other, and what a day was known until only grows.
void check_days(const Patient& patient, const std::vector<state::ClosedDay>& days, Problems& found) {
  for (size_t i = 1; i < days.size(); ++i) {
    const state::ClosedDay& before = days[i - 1];
    const state::ClosedDay& day = days[i];
    if (day.day.number != before.day.number + 1) {
      found.push_back(problem_at("closed-days-gap", patient.path("state.db"),
                                 fmt::format("between the closed days {} and {} there are others that were not closed",
                                             before.day.iso(), day.day.iso()),
                                 "restore the workspace from a backup (kenko restore)"));
    }
    if (day.known_until <= before.known_until || day.next_seq < before.next_seq) {
      found.push_back(problem_at("closed-days-order", patient.path("state.db"),
                                 fmt::format("{} says that it was closed before {}", day.day.iso(), before.day.iso()),
                                 "restore the workspace from a backup (kenko restore)"));
    }
  }
}

}  // namespace

int64_t Patient::stored_events() const {
  int64_t rows = 0;
  if (snapshot) {
    for (const ports::SegmentInfo& s : snapshot->segments) rows += s.rows;
  }
  return rows;
}

DoctorCheck check_state(Patient& patient) {
  DoctorCheck check{"state.db", "", {}, false};
  const std::string path = patient.path("state.db");
  if (!ports::file_exists(path)) {
    check.looked_at = "there is none yet";
    for (const FoundFile& f : patient.files) {
      if (role_of(f.name) != FileRole::stored || !f.name.starts_with("events/")) continue;
      check.findings.push_back(problem_at("state-missing", path, "there are stored events, but state.db is missing",
                                          "restore the workspace from a backup (kenko restore)"));
      break;
    }
    return check;
  }
  Result<state::Database> database = state::Database::open(patient.dir);
  if (!database.ok()) {
    check.findings = database.problems();
    return check;
  }
  check.looked_at =
      fmt::format("format {}, {}", state::kFormat, patient.quick ? "SQLite's quick check" : "SQLite's whole check");
  check.findings = state::examine_database(path, patient.quick);
  if (!check.findings.empty()) return check;
  Result<ports::Snapshot> snapshot = database->snapshot();
  patient.database.emplace(std::move(database).value());
  if (!snapshot.ok()) {
    // check_intake says the same, and more.
    if (!snapshot.problems().front().code.starts_with("intake-")) check.findings = snapshot.problems();
    return check;
  }
  patient.snapshot.emplace(std::move(snapshot).value());
  return check;
}

DoctorCheck check_numbers(Patient& patient) {
  if (!patient.snapshot) return skipped("numbers", kNotOpen);
  return {"numbers", fmt::format("commit numbers up to {}", text::grouped(patient.snapshot->next_seq - 1)),
          state::examine_numbers(patient.dir), false};
}

DoctorCheck check_clock(Patient& patient) {
  if (!patient.snapshot) return skipped("clock", kNotOpen);
  return {"clock", "it is " + patient.now.iso(), state::examine_times(patient.dir, patient.now), false};
}

DoctorCheck check_segments(Patient& patient) {
  if (!patient.snapshot) return skipped("segments", kNotOpen);
  DoctorCheck check{"segments",
                    fmt::format("{}, {}", counted(std::ssize(patient.snapshot->segments), "segment"),
                                counted(patient.stored_events(), "event")),
                    segments::examine_segments(patient.dir, *patient.snapshot), false};
  patient.segments_fine = check.findings.empty();
  return check;
}

DoctorCheck check_keys(Patient& patient) {
  if (!patient.snapshot) return skipped("keys", kNotOpen);
  DoctorCheck check{"keys", counted(std::ssize(patient.snapshot->key_files), "key file"), {}, false};
  Problems found;
  for (const ports::KeyFileInfo& k : patient.snapshot->key_files) {
    if (ports::file_exists(patient.path("events/" + k.file))) continue;
    found.push_back(problem_at("key-file-missing", patient.path("events/" + k.file), "a key file is missing",
                               "the next import makes it again, or `kenko doctor --fix` now"));
  }
  if (found.empty() && !patient.quick) {
    const Status checked = segments::KeyIndex::check(patient.dir, *patient.snapshot);
    if (!checked.ok()) found = checked.problems();
  }
  for (Problem& p : found) {
    if (p.hint.empty()) p.hint = "the next import makes it again, or `kenko doctor --fix` now";
  }
  patient.keys_fine = found.empty();
  check.findings = std::move(found);
  return check;
}

DoctorCheck check_events(Patient& patient) {
  if (!patient.snapshot) return skipped("events", kNotOpen);
  if (patient.quick) return skipped("events", kQuick);
  if (!patient.segments_fine) return skipped("events", "segments are missing or damaged");
  return {"events", patient.keys_fine ? "every event against its key file" : "every event (the key files are damaged)",
          segments::examine_events(patient.dir, *patient.snapshot, patient.keys_fine), false};
}

DoctorCheck check_once(Patient& patient) {
  if (!patient.snapshot) return skipped("exactly once", kNotOpen);
  if (patient.quick) return skipped("exactly once", kQuick);
  if (!patient.segments_fine) return skipped("exactly once", "segments are missing or damaged");
  DoctorCheck check{"exactly once", "", {}, false};
  Result<ports::StoredFacts> facts = patient.database->load_facts();
  Result<std::vector<Hash128>> several = segments::ids_with_several(patient.dir, *patient.snapshot);
  if (!facts.ok() || !several.ok()) {
    check.findings = facts.ok() ? several.problems() : facts.problems();
    return check;
  }
  patient.several.emplace(std::move(several).value());
  check.looked_at = fmt::format("{} in segments, {} outside", counted(patient.stored_events(), "event"),
                                text::grouped(std::ssize(facts->facts.events)));
  check.findings = segments::examine_once(patient.dir, *patient.snapshot, *patient.several, facts->facts.events);
  return check;
}

DoctorCheck check_versions(Patient& patient) {
  if (!patient.snapshot) return skipped("versions", kNotOpen);
  if (patient.quick) return skipped("versions", kQuick);
  if (!patient.several) return skipped("versions", "segments are missing or damaged");
  const std::string& name = patient.snapshot->versions_file;
  return {"versions", name.empty() ? "no event has several versions" : name,
          segments::examine_versions(patient.dir, *patient.snapshot, *patient.several), false};
}

DoctorCheck check_intake(Patient& patient) {
  if (!patient.database) return skipped("intake", kNotOpen);
  const auto files = patient.database->intake_files();
  return {"intake", files.ok() ? counted(std::ssize(*files), "file") : "",
          state::examine_intake(patient.dir, patient.quick), false};
}

DoctorCheck check_manifest(Patient& patient) {
  if (!patient.snapshot) return skipped("manifest", kNotOpen);
  return {"manifest", fmt::format("generation {}", patient.snapshot->generation),
          segments::examine_manifest(patient.dir, *patient.snapshot), false};
}

DoctorCheck check_scores(Patient& patient) {
  if (!patient.snapshot) return skipped("scores", kNotOpen);
  DoctorCheck check{"scores", "", {}, false};
  const auto publications = patient.database->publications();
  const auto days = patient.database->closed_days();
  if (!publications.ok() || !days.ok()) {
    check.findings = publications.ok() ? days.problems() : publications.problems();
    return check;
  }
  std::vector<ScoresFile> files;
  for (const state::Publication& p : *publications) files.push_back({p.scores_file, p.rows});
  for (const state::ClosedDay& d : *days) files.push_back({d.scores_file, d.rows + d.revisions});
  std::erase_if(files, [](const ScoresFile& f) { return f.name.empty(); });
  check.looked_at = fmt::format("{}, {}", counted(std::ssize(files), "file"),
                                days->empty() ? "no day closed" : "closed through " + days->back().day.iso());
  check_days(patient, *days, check.findings);
  if (files.empty()) return check;
  Result<duck::Connection> duck = duck::Connection::open({});
  if (!duck.ok()) {
    check.findings = duck.problems();
    return check;
  }
  for (const ScoresFile& file : files) check_scores_file(*duck, patient, file, check.findings);
  return check;
}

}  // namespace kenko::app
