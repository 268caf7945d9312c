#include "ports/file_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ports/files.h"

namespace kenko::ports {

FileWriter::FileWriter(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)), fd_(std::exchange(other.fd_, -1)) {}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  remove_file(temporary_);
}

Result<FileWriter> FileWriter::open(const std::string& path) {
  std::string temporary = temporary_name(path);
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return file_problem("make", temporary, errno);
  return FileWriter(path, std::move(temporary), fd);
}

// Has the disk begin early: a flush of gigabytes at the end would keep the small flushes of others waiting for seconds.
void FileWriter::send_on(uint64_t bytes) {
  constexpr uint64_t kSome = uint64_t{2} << 20U;
  waiting_ += bytes;
  if (waiting_ < kSome) return;
  waiting_ = 0;
  // Whatever it says, publish() flushes.
  static_cast<void>(::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE));
}

Status FileWriter::write_at(uint64_t offset, std::string_view bytes) {
  const size_t size = bytes.size();
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_problem("write", temporary_, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  send_on(size);
  return Done{};
}

Status FileWriter::publish() {
  if (::close(std::exchange(fd_, -1)) != 0) {
    Problem problem = file_problem("write", temporary_, errno);
    remove_file(temporary_);
    return problem;
  }
  return publish_file(temporary_, path_);
}

}  // namespace kenko::ports
