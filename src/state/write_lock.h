// state/write_lock.h
//
// One process writes a workspace; readers need no lock.
#pragma once

#include <string>

#include "base/result.h"

namespace kenko::state {

/// Holds DIR/write.lock (flock), or DIR/send.lock, until it is destroyed; the kernel lets go of it when the process
/// dies.  Move-only.
class WriteLock {
 public:
  /// Does not wait.  Problems: "workspace-locked" ("another kenko process (pid N) is writing"), "is-a-backup", file
  /// problems.
  [[nodiscard]] static Result<WriteLock> acquire(const std::string& dir);
  /// The lock of the one who sends messages, beside the one who writes.  Problems: as above, "sending-locked".
  [[nodiscard]] static Result<WriteLock> acquire_sending(const std::string& dir);
  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&& other) noexcept;
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;
  ~WriteLock();

 private:
  explicit WriteLock(int file) : file_(file) {}
  static Result<WriteLock> acquire_file(const std::string& path, Problem when_held);
  int file_ = -1;
};

/// Problem "is-a-backup" when the folder is one: nothing may be changed there, and nothing sent.
[[nodiscard]] Status refuse_backup(const std::string& dir);

}  // namespace kenko::state
