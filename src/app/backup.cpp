#include "app/backup.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "app/backup_list.h"
#include "app/pending_folder.h"
#include "app/version.h"
#include "app/workspace_files.h"
#include "ports/files.h"
#include "segments/manifest.h"
#include "state/backup.h"
#include "state/database.h"

namespace kenko::app {
namespace {

bool is_missing(const Problems& problems) { return problems.front().code == "file-missing"; }

// One attempt at a backup: fills the folder with one state.
class Filling {
 public:
  Filling(const BackupRequest& request, std::string dir, PendingFolder& folder)
      : copy_(request.copy), dir_(std::move(dir)), folder_(&folder) {}

  // state.db first: what it names stays as it is, and whatever comes later is in none of it.
  Status stored() {
    if (!ports::file_exists(from("state.db"))) return Done{};
    KENKO_TRY_STATUS(state::back_up_database(from("state.db"), folder_->path("state.db")));
    KENKO_TRY(const state::NamedFiles named, state::named_files(folder_->path()));
    for (const std::string& file : named.events) {
      KENKO_TRY_STATUS(keep("events/" + file));
    }
    for (const std::string& file : named.scores) {
      KENKO_TRY_STATUS(keep(file));
    }
    // Events that were appended after state.db was copied may be kept, too, as long as their numbers had been given out
    // by then: no other commit stands between.
    for (const std::string& file : named.intake) {
      const std::string name = "intake/" + file;
      KENKO_TRY_STATUS(folder_->make_folder_for(name));
      const Status copied = state::back_up_intake(from(name), folder_->path(name), named.next_seq);
      // Sealed and taken away meanwhile: SQLite has other words for that, or finds the file without its newest part.
      if (!ports::file_exists(from(name))) return ports::file_problem("read", from(name), ENOENT);
      if (!copied.ok()) return copied;
    }
    return manifest(named);
  }

  // Files of people: one that vanishes meanwhile was taken away by them.
  Status own() {
    KENKO_TRY(const std::vector<FoundFile> files, all_files_of(dir_));
    for (const FoundFile& file : files) {
      if (role_of(file.name) != FileRole::user || file.special) continue;
      if (file.is_folder) {
        KENKO_TRY_STATUS(ports::make_folder(folder_->path(file.name)));
        continue;
      }
      if (ports::file_exists(folder_->path(file.name))) continue;  // state.db names it, so it is there already
      const Status copied = folder_->copy(from(file.name), file.name);
      if (!copied.ok() && !is_missing(copied.problems())) return copied;
    }
    return Done{};
  }

  [[nodiscard]] int64_t linked_files() const { return linked_files_; }
  [[nodiscard]] int64_t linked_bytes() const { return linked_bytes_; }

 private:
  [[nodiscard]] std::string from(const std::string& name) const { return dir_ + "/" + name; }

  Status keep(const std::string& name) {
    if (copy_) return folder_->copy(from(name), name);
    KENKO_TRY(const bool linked, folder_->link_or_copy(from(name), name));
    if (!linked) return Done{};
    KENKO_TRY(const ports::MappedFile file, ports::MappedFile::open(folder_->path(name)));
    ++linked_files_;
    linked_bytes_ += static_cast<int64_t>(file.bytes().size());
    return Done{};
  }

  // Made anew: the one in the workspace may be of another commit.
  Status manifest(const state::NamedFiles& named) {
    if (named.events.empty()) return Done{};
    KENKO_TRY(state::Database database, state::Database::open(folder_->path()));
    KENKO_TRY(const ports::Snapshot snapshot, database.snapshot());
    return segments::publish_manifest(folder_->path(), snapshot);
  }

  bool copy_;
  std::string dir_;
  PendingFolder* folder_;
  int64_t linked_files_ = 0, linked_bytes_ = 0;
};

Status write_list(const PendingFolder& folder, const std::string& dir, Instant now, BackupReport& report) {
  BackupList list{now, version_text(), dir, {}};
  KENKO_TRY(const std::vector<FoundFile> files, all_files_of(folder.path()));
  for (const FoundFile& file : files) {
    if (file.is_folder || role_of(file.name) == FileRole::passing) continue;
    KENKO_TRY(BackupFile measured, measure_file(folder.path(), file.name));
    ++report.files;
    report.bytes += measured.bytes;
    list.files.push_back(std::move(measured));
  }
  const std::string text = backup_list_text(list);
  return ports::write_file(folder.path(kBackupList), {text});
}

Status refuse_inside(const std::string& dir, const std::string& target) {
  if (target != dir && !target.starts_with(dir + "/")) return Done{};
  return problem_at("backup-inside", target, "a backup cannot lie inside of the workspace that it is of",
                    "name a folder beside it, or better on another disk");
}

}  // namespace

Result<BackupReport> back_up(const BackupRequest& request, const ports::Clock& clock) {
  const std::string dir = absolute_path(request.workspace);
  BackupReport report;
  report.target = absolute_path(request.target);
  KENKO_TRY_STATUS(refuse_inside(dir, report.target));
  KENKO_TRY(PendingFolder folder, PendingFolder::make(report.target));
  // A file that the catalog named may be gone before it is linked: then there is a newer catalog.
  constexpr int kTries = 5;
  for (int tries = 1;; ++tries) {
    Filling filling(request, dir, folder);
    const Status stored = filling.stored();
    if (!stored.ok() && is_missing(stored.problems()) && tries < kTries) {
      folder.clear();
      continue;
    }
    if (!stored.ok()) {
      Problems problems = stored.problems();
      if (is_missing(problems)) problems.front().hint = "state.db names it; `kenko doctor` says what else is wrong";
      return problems;
    }
    KENKO_TRY_STATUS(filling.own());
    report.linked_files = filling.linked_files();
    report.linked_bytes = filling.linked_bytes();
    break;
  }
  KENKO_TRY_STATUS(write_list(folder, dir, clock.now(), report));
  KENKO_TRY_STATUS(folder.publish());
  return report;
}

}  // namespace kenko::app
