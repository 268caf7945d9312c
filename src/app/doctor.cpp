#include "app/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/doctor_checks.h"
#include "ports/files.h"
#include "segments/key_index.h"
#include "segments/manifest.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

using Check = DoctorCheck (*)(Patient&);
// state.db before everything that rests on it, segments before events.
constexpr std::array<Check, 20> kChecks = {
    check_permissions, check_space,    check_settings, check_models,  check_mappings,  check_texts, check_state,
    check_numbers,     check_clock,    check_segments, check_keys,    check_events,    check_once,  check_versions,
    check_intake,      check_manifest, check_scores,   check_foreign, check_leftovers, check_cache};

/// Files are named as the reader sees them from the workspace.
void make_relative(const std::string& dir, DoctorCheck& check) {
  for (Problem& p : check.findings) {
    if (p.place.file.starts_with(dir + "/")) p.place.file.erase(0, dir.size() + 1);
    if (p.place.file == dir) p.place.file = ".";
  }
}

std::vector<DoctorCheck> run_checks(const DoctorRequest& request, Instant now) {
  Patient patient;
  patient.dir = request.workspace;
  patient.now = now;
  patient.quick = request.quick;
  patient.files = files_of(patient.dir);
  std::vector<DoctorCheck> checks;
  for (const Check check : kChecks) {
    checks.push_back(check(patient));
    make_relative(patient.dir, checks.back());
  }
  return checks;
}

/// Another text when the catalog is another one.
std::string catalog_of(const std::string& dir) {
  auto database = open_state(dir);
  if (!database.ok() || !database->has_value()) return "";
  const auto snapshot = (*database)->snapshot();
  const auto intake = (*database)->intake_files();
  if (!snapshot.ok() || !intake.ok()) return "";
  std::string text = fmt::format("{} {}", snapshot->generation, snapshot->token.hex());
  for (const state::IntakeFile& file : *intake) text += fmt::format(" {}:{}", file.file, file.sealed_through);
  return text;
}

/// While others write, a file may go between the reading of the catalog and the look at the file: what is found then is
/// looked at again.
std::vector<DoctorCheck> run_steadily(const DoctorRequest& request, Instant now) {
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    const std::string before = catalog_of(request.workspace);
    std::vector<DoctorCheck> checks = run_checks(request, now);
    const bool wrong =
        std::any_of(checks.begin(), checks.end(), [](const DoctorCheck& c) { return c.state() == CheckState::wrong; });
    if (!wrong || tries == kTries || catalog_of(request.workspace) == before) return checks;
  }
}

const DoctorCheck* find(const std::vector<DoctorCheck>& checks, std::string_view name) {
  const auto found =
      std::find_if(checks.begin(), checks.end(), [name](const DoctorCheck& c) { return c.name == name; });
  return found == checks.end() ? nullptr : &*found;
}

bool has_findings(const std::vector<DoctorCheck>& checks, std::string_view name) {
  const DoctorCheck* check = find(checks, name);
  return check != nullptr && !check->findings.empty();
}

/// Mends what can be made again.  Requires the write lock.
Status mend(const DoctorRequest& request, const std::vector<DoctorCheck>& checks, Instant now,
            std::vector<std::string>& fixed) {
  const std::string& dir = request.workspace;
  Patient patient;
  patient.dir = dir;
  patient.now = now;
  patient.quick = true;
  patient.files = files_of(dir);
  static_cast<void>(check_state(patient));
  if (patient.snapshot && (has_findings(checks, "keys") || has_findings(checks, "events"))) {
    KENKO_TRY_STATUS(segments::KeyIndex::mend(dir, *patient.snapshot));
    fixed.emplace_back("damaged and missing key files were made again from the stored events");
  }
  if (patient.snapshot && has_findings(checks, "manifest")) {
    KENKO_TRY_STATUS(segments::publish_manifest(dir, *patient.snapshot));
    fixed.emplace_back("events/manifest.json was written again");
  }
  for (const std::string& name : leftovers(patient)) {
    if (ports::remove_file(dir + "/" + name)) fixed.push_back("removed " + name);
  }
  if (has_findings(checks, "cache")) {
    std::error_code error;
    std::filesystem::remove_all(dir + "/cache", error);
    if (!error) fixed.emplace_back("removed cache/; it is made again when it is needed");
  }
  return Done{};
}

}  // namespace

std::string_view word(CheckState state) {
  switch (state) {
    case CheckState::fine:
      return "fine";
    case CheckState::note:
      return "note";
    case CheckState::wrong:
      return "wrong";
    case CheckState::skipped:
      return "skipped";
  }
  return "";
}

CheckState DoctorCheck::state() const {
  if (has_errors(findings)) return CheckState::wrong;
  if (!findings.empty()) return CheckState::note;
  return skipped ? CheckState::skipped : CheckState::fine;
}

int64_t DoctorReport::wrong() const {
  int64_t count = 0;
  for (const DoctorCheck& check : checks) {
    count += std::count_if(check.findings.begin(), check.findings.end(),
                           [](const Problem& p) { return p.severity == Severity::error; });
  }
  return count;
}

Result<DoctorReport> examine(const DoctorRequest& request, const ports::Clock& clock) {
  DoctorRequest checked = request;
  checked.workspace = absolute_path(request.workspace);
  DoctorReport report;
  report.dir = checked.workspace;
  report.checks = run_steadily(checked, clock.now());
  if (!request.fix) return report;
  {
    KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(report.dir));
    report.checks = run_checks(checked, clock.now());  // as it is under the lock
    KENKO_TRY_STATUS(mend(checked, report.checks, clock.now(), report.fixed));
  }
  report.checks = run_checks(checked, clock.now());
  return report;
}

}  // namespace kenko::app
