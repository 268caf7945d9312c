// state/write_lock.h
//
// One process writes a workspace; readers need no lock.
#pragma once

#include <string>

#include "base/result.h"

namespace kenko::state {

/// Holds DIR/write.lock (flock) until it is destroyed; the kernel lets go of it when the process dies.  Move-only.
class WriteLock {
 public:
  /// Does not wait.  Problems: "workspace-locked" ("another kenko process (pid N) is writing"), "is-a-backup", file
  /// problems.
  [[nodiscard]] static Result<WriteLock> acquire(const std::string& dir);
  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&& other) noexcept;
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;
  ~WriteLock();

 private:
  explicit WriteLock(int file) : file_(file) {}
  int file_ = -1;
};

}  // namespace kenko::state
