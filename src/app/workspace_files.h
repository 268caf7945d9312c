// app/workspace_files.h
//
// What each file in a workspace's folder is, by its name alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::app {

/// user:      kenko.yaml, models, mappings, lexicons and whatever else people put there.
/// state:     state.db and what SQLite keeps beside it.
/// stored:    facts and scores that the catalog in state.db names: segments, key files, intake, published scores.
/// published: made from the catalog for outside readers: manifest.json, views.sql.
/// derived:   cache/, safe to delete.
/// passing:   locks and unfinished files.
/// backup:    the list of a backup.
enum class FileRole : uint8_t { user, state, stored, published, derived, passing, backup };

/// The list of a backup, in its folder.
inline constexpr const char* kBackupList = "BACKUP";

/// `name` is relative to the workspace, with `/`.
[[nodiscard]] FileRole role_of(std::string_view name);

/// A file or folder below a workspace.  `special` = neither a file nor a folder (a pipe, a device, a broken link).
struct FoundFile {
  std::string name;  ///< relative, with `/`
  int64_t bytes = 0;
  bool is_folder = false;
  bool special = false;
};

/// True for NAME.PID.tmp, as ports::temporary_name() gives; another `.tmp` is somebody's own.
[[nodiscard]] bool is_unfinished(std::string_view name);

/// Everything below `dir`, sorted by name, without what stands below cache/.  Links are followed; a folder that was
/// seen already is not entered again, and one that cannot be read looks empty: to look at, not to copy.
[[nodiscard]] std::vector<FoundFile> files_of(const std::string& dir);
/// The same; a folder that cannot be read is a problem.
[[nodiscard]] Result<std::vector<FoundFile>> all_files_of(const std::string& dir);

/// A problem of a whole file or folder.
[[nodiscard]] Problem problem_at(std::string code, std::string path, std::string message, std::string hint,
                                 Severity severity = Severity::error);

/// The absolute form of a path that a user gave, without links and `..` as far as it exists, without a slash at its
/// end.
[[nodiscard]] std::string absolute_path(const std::string& path);

/// "12 B", "3.4 KB", "1.2 GB": thousands, one place, never more than 7 characters.
[[nodiscard]] std::string size_text(int64_t bytes);

}  // namespace kenko::app
