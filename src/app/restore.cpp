#include "app/restore.h"

#include <fmt/format.h>

#include <utility>

#include "app/backup_list.h"
#include "app/pending_folder.h"
#include "app/workspace_files.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

Problem damaged(const std::string& path, std::string message) {
  return problem_at("backup-damaged", path, std::move(message),
                    "this backup cannot be trusted: use another one; nothing was restored");
}

Result<BackupList> read_list(const std::string& backup) {
  const std::string path = backup + "/" + kBackupList;
  if (!ports::file_exists(path)) {
    return problem_at("not-a-backup", backup, fmt::format("there is no file {} in this folder", kBackupList),
                      "name the folder that `kenko backup` made");
  }
  KENKO_TRY(const std::string text, ports::read_file(path));
  return read_backup_list(text, path);
}

// All that is wrong, not the first thing alone.
Status verify(const std::string& backup, const BackupList& list) {
  Problems problems;
  for (const BackupFile& file : list.files) {
    const std::string path = backup + "/" + file.name;
    const auto now = measure_file(backup, file.name);
    if (!now.ok()) {
      problems.push_back(now.problems().front().code == "file-missing"
                             ? damaged(path, "this file is not there any more")
                             : now.problems().front());
    } else if (now->bytes != file.bytes) {
      problems.push_back(damaged(path, fmt::format("it has {} bytes, not {}", now->bytes, file.bytes)));
    } else if (now->hash != file.hash) {
      problems.push_back(damaged(path, "its content is not what was backed up"));
    }
  }
  if (problems.empty()) return Done{};
  return problems;
}

// Segments and scores are never changed in place; everything else is.
bool may_be_linked(const std::string& name) {
  return role_of(name) == FileRole::stored && !name.starts_with("intake/");
}

}  // namespace

Result<RestoreReport> restore(const RestoreRequest& request) {
  const std::string backup = absolute_path(request.backup);
  KENKO_TRY(const BackupList list, read_list(backup));
  RestoreReport report;
  report.target = request.target.empty() ? list.workspace : absolute_path(request.target);
  report.made = list.made;
  KENKO_TRY(PendingFolder folder, PendingFolder::make(report.target));
  KENKO_TRY_STATUS(verify(backup, list));
  for (const BackupFile& file : list.files) {
    const std::string from = backup + "/" + file.name;
    if (may_be_linked(file.name) && !request.copy) {
      KENKO_TRY(const bool linked, folder.link_or_copy(from, file.name));
      static_cast<void>(linked);
    } else {
      KENKO_TRY_STATUS(folder.copy(from, file.name));
    }
    ++report.files;
    report.bytes += file.bytes;
  }
  KENKO_TRY(const std::vector<FoundFile> found_files, all_files_of(backup));
  for (const FoundFile& found : found_files) {
    if (!found.is_folder || role_of(found.name) != FileRole::user) continue;
    KENKO_TRY_STATUS(ports::make_folder(folder.path(found.name)));
  }
  KENKO_TRY_STATUS(folder.publish());
  return report;
}

}  // namespace kenko::app
