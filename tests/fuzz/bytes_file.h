// Gives bytes to readers that want a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace kenko::fuzz {

/// A file in memory (under /dev/shm where there is one) that is written anew for each input.
class BytesFile {
 public:
  /// `name`: with the extension that the reader looks at.
  explicit BytesFile(const std::string& name);
  ~BytesFile();
  BytesFile(const BytesFile&) = delete;
  BytesFile& operator=(const BytesFile&) = delete;

  /// The path of the file that now holds the bytes.
  const std::string& write(const uint8_t* data, size_t size);
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_, path_;
};

}  // namespace kenko::fuzz
