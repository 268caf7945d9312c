// app/pending_folder.h
//
// A folder that appears as a whole or not at all: filled under a temporary name, flushed, renamed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace kenko::app {

/// Use: make; copy, link and write into it; publish.  Without publish() it is removed again.  Move-only.
///
/// A killed process leaves the folder TARGET.PID.tmp behind; the next make() for the same target removes it (a lock on
/// the folder tells it from one that is being filled).
class PendingFolder {
 public:
  /// Problems: "target-not-empty", "not-a-folder", file problems.
  [[nodiscard]] static Result<PendingFolder> make(const std::string& target);
  PendingFolder(PendingFolder&& other) noexcept;
  PendingFolder& operator=(PendingFolder&&) = delete;
  ~PendingFolder();

  /// Where it is filled.
  [[nodiscard]] const std::string& path() const { return temporary_; }
  [[nodiscard]] std::string path(std::string_view name) const { return temporary_ + "/" + std::string(name); }

  /// Copies `from` to `name`, which must not be there yet (folders on the way are made), and flushes it.  Problem
  /// "file-missing" when `from` is gone.
  [[nodiscard]] Status copy(const std::string& from, const std::string& name);
  /// The same file under a second name where the file systems allow it, else a copy.  Only for files that are never
  /// changed in place.  Gives true for a link.
  [[nodiscard]] Result<bool> link_or_copy(const std::string& from, const std::string& name);
  [[nodiscard]] Status make_folder_for(const std::string& name);
  /// Forgets all that is in it.
  void clear();

  /// Flushes every folder, then gives it its name, flushed too.  Problems: "target-not-empty" when something came to
  /// stand there meanwhile, file problems.
  [[nodiscard]] Status publish();

 private:
  PendingFolder(std::string target, std::string temporary, int lock)
      : target_(std::move(target)), temporary_(std::move(temporary)), lock_(lock) {}
  std::string target_, temporary_;
  int lock_ = -1;
};

}  // namespace kenko::app
