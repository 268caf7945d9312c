// Which open files and paths belong to the workspace.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace kenko::faults {

/// An open file of the workspace.
struct OpenFile {
  bool used = false;
  bool folder = false;
  uint64_t file = 0;  ///< its inode
  std::string path;   ///< by which it was opened, below the workspace
};

/// The workspace of KENKO_FAULTS_ROOT (an absolute path without links); without one nothing is watched.
class Workspace {
 public:
  Workspace();
  /// The path below the workspace (empty: the workspace itself), none when it lies elsewhere.  `folder`: what a
  /// relative path starts from, as for openat().
  [[nodiscard]] std::optional<std::string> below(int folder, const char* path) const;
  /// Null when it is none of the workspace.
  [[nodiscard]] OpenFile* find(int fd);
  void add(int fd, const std::string& path);
  void copy(int from, int to);
  void forget(int fd);

 private:
  static constexpr size_t kMost = 4096;
  std::string root_;
  std::array<OpenFile, kMost> files_;
};

}  // namespace kenko::faults
