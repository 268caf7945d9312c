#include "bytes_file.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/result.h"

namespace kenko::fuzz {

BytesFile::BytesFile(const std::string& name) {
  std::error_code ignored;
  const bool shm = std::filesystem::is_directory("/dev/shm", ignored) && ::access("/dev/shm", W_OK) == 0;
  const std::filesystem::path parent = shm ? "/dev/shm" : std::filesystem::temp_directory_path();
  folder_ = (parent / ("kenko_fuzz_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder_);
  path_ = folder_ + "/" + name;
}

BytesFile::~BytesFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const std::string& BytesFile::write(const uint8_t* data, size_t size) {
  std::FILE* file = std::fopen(path_.c_str(), "wb");
  KENKO_CHECK(file != nullptr, "cannot write {}", path_);
  // fwrite wants an address even for nothing; an empty input has none.
  const size_t written = size == 0 ? 0 : std::fwrite(data, 1, size, file);
  KENKO_CHECK(std::fclose(file) == 0 && written == size, "cannot write {}", path_);
  return path_;
}

}  // namespace kenko::fuzz
