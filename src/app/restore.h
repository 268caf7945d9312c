// app/restore.h
//
// kenko restore: a backup becomes a workspace again.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"
#include "base/result.h"

namespace kenko::app {

struct RestoreRequest {
  std::string backup;
  std::string target;  ///< a folder that is empty or not there; empty = the one that the backup is of
  bool copy = false;   ///< copies also what could be linked
};

struct RestoreReport {
  std::string target;  ///< absolute
  Instant made;        ///< when the backup was made
  int64_t files = 0, bytes = 0;
};

/// Compares every file of the backup with its list first; then the workspace is whole, or not there.  The backup is
/// only read.  Problems: "not-a-backup", "backup-newer", "backup-damaged" (one for each file), "target-not-empty", file
/// problems.
[[nodiscard]] Result<RestoreReport> restore(const RestoreRequest& request);

}  // namespace kenko::app
