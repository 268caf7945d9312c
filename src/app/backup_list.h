// app/backup_list.h
//
// The file BACKUP of a backup: what belongs to it, with sizes and hashes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "base/result.h"

namespace kenko::app {

/// One file of a backup.
struct BackupFile {
  std::string name;  ///< relative to the backup's folder, with `/`
  int64_t bytes = 0;
  Hash128 hash;  ///< XXH3 of its content
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupList {
  Instant made;
  std::string program;    ///< what wrote it
  std::string workspace;  ///< the folder that it is a backup of
  std::vector<BackupFile> files;
  friend bool operator==(const BackupList&, const BackupList&) = default;
};

/// Lines of text: `kenko backup 1`, `made INSTANT`, `by PROGRAM`, `of FOLDER`, then `HASH BYTES NAME` of each file, at
/// last `end HASH` of all that stands before.  Line breaks and `%` in names are written as %0A, %0D, %25.
[[nodiscard]] std::string backup_list_text(const BackupList& list);
/// Problems: "not-a-backup", "backup-newer", "backup-damaged".  `file` is only named in messages.
[[nodiscard]] Result<BackupList> read_backup_list(std::string_view text, const std::string& file);

/// Size and hash of dir/name as they are now.
[[nodiscard]] Result<BackupFile> measure_file(const std::string& dir, const std::string& name);

}  // namespace kenko::app
