// ports/file_writer.h
//
// A file too large to be held in memory, written piece by piece and visible only when it is whole and on disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kenko::ports {

/// A file under its temporary name.  Removed at the end of the scope unless published.  Problems of all functions:
/// those of file_problem().
class FileWriter {
 public:
  [[nodiscard]] static Result<FileWriter> open(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  [[nodiscard]] Status write_at(uint64_t offset, std::string_view bytes);
  /// Flushes the file, gives it its name and flushes the folder.  Call once, last.
  [[nodiscard]] Status publish();

 private:
  FileWriter(std::string path, std::string temporary, int fd);
  void send_on(uint64_t bytes);
  std::string path_, temporary_;
  int fd_;
  uint64_t waiting_ = 0;  ///< bytes written since the kernel was last told to begin with them
};

}  // namespace kenko::ports
