// app/backup.h
//
// kenko backup: one consistent state of a workspace in a folder of its own, while others read and write it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ports/clock.h"

namespace kenko::app {

struct BackupRequest {
  std::string workspace;  ///< the workspace's folder
  std::string target;     ///< a folder that is empty or not there; not inside of the workspace
  bool copy = false;      ///< copies also what could be linked
};

struct BackupReport {
  std::string target;  ///< absolute
  int64_t files = 0, bytes = 0;
  int64_t linked_files = 0, linked_bytes = 0;  ///< of these, share their place on the disk with the workspace
};

/// Everything that the workspace's owner has: settings, models, mappings and all other files of theirs; state.db and
/// the intake as of one commit; the segments, key files and published scores that this state.db names.  Not cache/,
/// locks and unfinished files.  Files that are never changed in place are hard links where both folders lie on one file
/// system.
///
/// The backup is whole, with the list BACKUP of its files, or not there.  It is a workspace of its own that can be
/// read.  The source is only read; needs no lock.
/// Problems: "target-not-empty", "backup-inside", "file-missing" (the catalog names a file that is gone), those of
/// state.db and of files.
[[nodiscard]] Result<BackupReport> back_up(const BackupRequest& request, const ports::Clock& clock);

}  // namespace kenko::app
