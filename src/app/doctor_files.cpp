// The checks of kenko doctor that look at files, rights and the disk.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "app/doctor_checks.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "base/text.h"
#include "mapping/read_mapping.h"
#include "ports/files.h"
#include "segments/examine.h"
#include "state/backup.h"
#include "text/rules.h"

namespace kenko::app {
namespace {

std::string counted(int64_t n, const char* what) {
  return fmt::format("{} {}{}", text::grouped(n), what, n == 1 ? "" : "s");
}

void take(const Problems& problems, Problems& found) { found.insert(found.end(), problems.begin(), problems.end()); }

bool is_in(const std::string& name, std::string_view folder) {
  return name.size() > folder.size() + 1 && name.starts_with(folder) && name[folder.size()] == '/';
}

std::vector<std::string> yaml_files(const Patient& patient, std::string_view folder) {
  std::vector<std::string> names;
  for (const FoundFile& f : patient.files) {
    const bool direct = is_in(f.name, folder) && f.name.find('/', folder.size() + 1) == std::string::npos;
    if (direct && !f.is_folder && role_of(f.name) == FileRole::user && f.name.ends_with(".yaml"))
      names.push_back(f.name);
  }
  return names;
}

/// Names that the catalog or its grace time holds, relative to the workspace.
std::set<std::string> named_files(const Patient& patient) {
  std::set<std::string> named;
  const auto files = state::named_files(patient.dir);
  if (!files.ok()) return named;
  for (const std::string& name : files->events) named.insert("events/" + name);
  for (const std::string& name : files->intake) {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) named.insert("intake/" + name + ending);
  }
  named.insert(files->scores.begin(), files->scores.end());
  if (patient.snapshot) {
    for (const ports::ReplacedFile& r : patient.snapshot->replaced) named.insert("events/" + r.file);
  }
  return named;
}

}  // namespace

DoctorCheck check_permissions(Patient& patient) {
  DoctorCheck check{"rights", "", {}, false};
  if (::faccessat(AT_FDCWD, patient.dir.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    Problem problem = ports::file_problem("write", patient.dir, errno);
    problem.message = "this user may read the workspace, not write it";
    problem.severity = Severity::warning;
    check.findings.push_back(std::move(problem));
  }
  int64_t looked = 0;
  for (const FoundFile& f : patient.files) {
    if (f.special) continue;
    ++looked;
    const int needed = f.is_folder ? R_OK | X_OK : R_OK;
    if (::faccessat(AT_FDCWD, patient.path(f.name).c_str(), needed, AT_EACCESS) != 0) {
      check.findings.push_back(ports::file_problem("read", patient.path(f.name), errno));
    }
  }
  check.looked_at = fmt::format("{} files and folders", text::grouped(looked));
  return check;
}

DoctorCheck check_space(Patient& patient) {
  DoctorCheck check{"space", "", {}, false};
  struct statvfs system{};
  if (::statvfs(patient.dir.c_str(), &system) != 0) {
    check.findings.push_back(ports::file_problem("read", patient.dir, errno));
    return check;
  }
  const int64_t free = static_cast<int64_t>(system.f_bavail) * static_cast<int64_t>(system.f_frsize);
  // An import or a compaction writes new files before it lets go of old ones.
  int64_t largest = 0;
  for (const FoundFile& f : patient.files) {
    if (role_of(f.name) == FileRole::stored || role_of(f.name) == FileRole::state) largest = std::max(largest, f.bytes);
  }
  constexpr int64_t kLeast = 64'000'000;
  const int64_t wanted = std::max(kLeast, 3 * largest);
  check.looked_at = fmt::format("{} free", size_text(free));
  if (free < wanted) {
    check.findings.push_back(problem_at(
        "little-space", patient.dir,
        fmt::format("the disk has {} left; {} would be safe for the next writing", size_text(free), size_text(wanted)),
        "free some space; a full disk stops writing, and loses nothing", Severity::warning));
  }
  return check;
}

DoctorCheck check_settings(Patient& patient) {
  DoctorCheck check{"settings", kSettingsFile, {}, false};
  Result<Workspace> workspace = open_workspace(patient.dir);
  if (!workspace.ok()) {
    check.findings = workspace.problems();
    return check;
  }
  patient.workspace.emplace(std::move(workspace).value());
  return check;
}

DoctorCheck check_models(Patient& patient) {
  if (!patient.workspace) return {"models", "kenko.yaml cannot be read", {}, true};
  DoctorCheck check{"models", "", {}, false};
  const std::vector<std::string> names = yaml_files(patient, "models");
  check.looked_at = counted(std::ssize(names), "model");
  for (const std::string& name : names) {
    const auto model = load_model(*patient.workspace, patient.path(name));
    if (!model.ok()) take(model.problems(), check.findings);
  }
  const std::string& active = patient.workspace->settings.model;
  if (!active.empty() && std::find(names.begin(), names.end(), "models/" + active + ".yaml") == names.end()) {
    check.findings.push_back(problem_at(
        "model-missing", patient.path(kSettingsFile), fmt::format("the active model `{}` is not in models/", active),
        "`model:` names another one, or the file comes back from a backup or from git"));
  }
  return check;
}

DoctorCheck check_mappings(Patient& patient) {
  DoctorCheck check{"mappings", "", {}, false};
  const std::vector<std::string> names = yaml_files(patient, "mappings");
  check.looked_at = counted(std::ssize(names), "mapping");
  for (const std::string& name : names) {
    const auto yaml = ports::read_file(patient.path(name));
    if (!yaml.ok()) {
      take(yaml.problems(), check.findings);
      continue;
    }
    const auto mapping = mapping::read_mapping(*yaml, patient.path(name));
    if (!mapping.ok()) take(mapping.problems(), check.findings);
  }
  return check;
}

DoctorCheck check_texts(Patient& patient) {
  DoctorCheck check{"lexicons", "lexicons and topics", {}, false};
  const auto files = read_text_rules(patient.dir);
  if (!files.ok()) {
    check.findings = files.problems();
    return check;
  }
  const auto rules = text::read_rules(*files);
  if (!rules.ok()) check.findings = rules.problems();
  return check;
}

DoctorCheck check_foreign(Patient& patient) {
  DoctorCheck check{"foreign files", "events/, intake/, scores/", {}, false};
  for (const FoundFile& f : patient.files) {
    const bool ours = is_in(f.name, "events") || is_in(f.name, "intake") || is_in(f.name, "scores");
    if (f.special) {
      check.findings.push_back(problem_at("foreign-file", patient.path(f.name),
                                          "this is neither a file nor a folder, or a link to nothing",
                                          "Kenko leaves it alone, and so does a backup", Severity::warning));
    } else if (ours && role_of(f.name) == FileRole::user) {
      check.findings.push_back(problem_at("foreign-file", patient.path(f.name), "this is not a file of Kenko's",
                                          "Kenko leaves it alone; a better place for it is elsewhere",
                                          Severity::warning));
    } else if (f.is_folder && (role_of(f.name) == FileRole::stored || role_of(f.name) == FileRole::published ||
                               role_of(f.name) == FileRole::state || f.name == kSettingsFile)) {
      check.findings.push_back(ports::file_problem("read", patient.path(f.name), EISDIR));
    }
  }
  for (const char* folder : {"events", "intake", "scores", "models", "mappings", "cache"}) {
    const auto found = std::find_if(patient.files.begin(), patient.files.end(),
                                    [folder](const FoundFile& f) { return f.name == folder; });
    if (found != patient.files.end() && !found->is_folder) {
      check.findings.push_back(ports::file_problem("read", patient.path(folder), ENOTDIR));
    }
  }
  return check;
}

std::vector<std::string> leftovers(const Patient& patient) {
  std::vector<std::string> names;
  if (ports::file_exists(patient.path("state.db")) && !patient.snapshot) return names;  // nobody knows what is named
  const std::set<std::string> named = named_files(patient);
  for (const FoundFile& f : patient.files) {
    if (f.is_folder || f.special) continue;
    const FileRole role = role_of(f.name);
    const bool unfinished = role == FileRole::passing && f.name.ends_with(ports::kTemporarySuffix);
    if (unfinished || (role == FileRole::stored && !named.contains(f.name))) names.push_back(f.name);
  }
  return names;
}

DoctorCheck check_leftovers(Patient& patient) {
  DoctorCheck check{"leftovers", "", {}, false};
  const std::vector<std::string> names = leftovers(patient);
  for (const std::string& name : names) {
    check.findings.push_back(
        problem_at("leftover", patient.path(name), "a stopped command left this, or one at work is writing it",
                   "harmless: the next writer removes it, or `kenko doctor --fix` now", Severity::warning));
  }
  const size_t grace = patient.snapshot ? patient.snapshot->replaced.size() : 0;
  check.looked_at = grace == 0 ? "nothing is waiting to be removed"
                               : fmt::format("{} replaced by a compaction, kept a while for readers",
                                             counted(static_cast<int64_t>(grace), "file"));
  return check;
}

DoctorCheck check_cache(Patient& patient) {
  DoctorCheck check{"cache", "", {}, false};
  int64_t files = 0;
  int64_t bytes = 0;
  for (const std::string& name : ports::list_files(patient.path("cache"))) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(patient.path("cache/" + name), ignored);
    ++files;
    bytes += ignored ? 0 : static_cast<int64_t>(size);
  }
  check.looked_at = files == 0 ? "empty: it is made when it is needed"
                               : fmt::format("{}, {}", counted(files, "file"), size_text(bytes));
  if (!patient.quick) check.findings = segments::examine_cache(patient.dir);
  return check;
}

}  // namespace kenko::app
