// ports/files.h
//
// Files that survive a kill or a power cut: written under a temporary name, flushed, renamed, the folder flushed. Every
// adapter that writes a file goes through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::ports {

/// What the names of unfinished files end with.  A reader never opens them; the next writer removes them.
inline constexpr std::string_view kTemporarySuffix = ".tmp";

/// A read-only view of a whole file.  Move-only; the bytes stay valid as long as it lives, even when the file is
/// replaced.
class MappedFile {
 public:
  /// Problems: those of file_problem().
  [[nodiscard]] static Result<MappedFile> open(const std::string& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }
  /// The bytes [begin, end) are not needed soon: they need not stay in memory (they are read again when they are).
  void release(size_t begin, size_t end) const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

/// `path` + process id + kTemporarySuffix: where a file is written before it is renamed.
[[nodiscard]] std::string temporary_name(const std::string& path);
/// Flushes `temporary` to disk, renames it to `path` and flushes the folder.  On failure `temporary` is removed.
[[nodiscard]] Status publish_file(const std::string& temporary, const std::string& path);
/// Replaces `path` as a whole by the parts end to end: after it returned, a power cut keeps the new content; before,
/// the old.
[[nodiscard]] Status write_file(const std::string& path, const std::vector<std::string_view>& parts);
/// The same without flushing: for what can be derived again.  A crash may leave a damaged file, never a half-visible
/// rename.
[[nodiscard]] Status write_derived_file(const std::string& path, const std::vector<std::string_view>& parts);
[[nodiscard]] Result<std::string> read_file(const std::string& path);
/// Makes a folder (and its parents) and flushes it; nothing happens when it is there.
[[nodiscard]] Status make_folder(const std::string& path);
/// Flushes what others may have written into a file; nothing happens when there is none.
[[nodiscard]] Status flush_file(const std::string& path);
/// Flushes the entries of a folder to disk, so that a file made in it is still there after a power cut.
[[nodiscard]] Status flush_folder(const std::string& folder);
/// Names of the plain files in a folder, sorted; empty when there is no such folder.
[[nodiscard]] std::vector<std::string> list_files(const std::string& folder);
/// Removes a file; true when it is gone.
bool remove_file(const std::string& path);
[[nodiscard]] bool file_exists(const std::string& path);
/// Whether the file may be read; a file_problem() when not.
[[nodiscard]] Status check_readable(const std::string& path);

/// The problem that `error` (an errno) of an operation on `path` means to the user: "disk-full", "no-permission",
/// "file-missing", "read-only", "not-a-file", "not-a-folder", else "file-error".
[[nodiscard]] Problem file_problem(std::string_view operation, const std::string& path, int error);

}  // namespace kenko::ports
