#include "ports/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kenko::ports {
namespace {

/// An open file, closed at the end of the scope.
class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  /// False when closing reports an error (a late write error on some file systems).
  bool close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_all(const File& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.fd(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_problem("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return Done{};
}

Status write_temporary(const std::string& temporary, const std::vector<std::string_view>& parts) {
  File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) return file_problem("make", temporary, errno);
  for (const std::string_view part : parts) {
    KENKO_TRY_STATUS(write_all(file, part, temporary));
  }
  if (!file.close()) return file_problem("write", temporary, errno);
  return Done{};
}

}  // namespace

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::release(size_t begin, size_t end) const {
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  begin = (begin + page - 1) / page * page;
  end = end == size_ ? end : end / page * page;
  if (begin < end) ::madvise(const_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.ok()) return file_problem("read", path, errno);
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return file_problem("read", path, errno);
  if (!S_ISREG(status.st_mode)) return file_problem("read", path, EISDIR);
  MappedFile mapped;
  if (status.st_size == 0) return mapped;
  const size_t size = static_cast<size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (data == MAP_FAILED) return file_problem("read", path, errno);
  mapped.data_ = static_cast<const char*>(data);
  mapped.size_ = size;
  return mapped;
}

std::string temporary_name(const std::string& path) {
  return fmt::format("{}.{}{}", path, ::getpid(), kTemporarySuffix);
}

Status publish_file(const std::string& temporary, const std::string& path) {
  const File file(temporary, O_RDONLY);
  if (!file.ok() || ::fsync(file.fd()) != 0) {
    Problem problem = file_problem("flush", temporary, errno);
    remove_file(temporary);
    return problem;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Problem problem = file_problem("rename", path, errno);
    remove_file(temporary);
    return problem;
  }
  return flush_folder(folder_of(path));
}

Status write_file(const std::string& path, const std::vector<std::string_view>& parts) {
  const std::string temporary = temporary_name(path);
  Status written = write_temporary(temporary, parts);
  if (!written.ok()) {
    remove_file(temporary);
    return written;
  }
  return publish_file(temporary, path);
}

Status write_derived_file(const std::string& path, const std::vector<std::string_view>& parts) {
  const std::string temporary = temporary_name(path);
  Status written = write_temporary(temporary, parts);
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) written = file_problem("rename", path, errno);
  if (!written.ok()) remove_file(temporary);
  return written;
}

Result<std::string> read_file(const std::string& path) {
  KENKO_TRY(const MappedFile mapped, MappedFile::open(path));
  return std::string(mapped.bytes());
}

Status make_folder(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return Done{};
    return file_problem("make folder", path, ENOTDIR);
  }
  const std::string parent = folder_of(path);
  if (parent != path && parent != ".") {
    KENKO_TRY_STATUS(make_folder(parent));
  }
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return file_problem("make folder", path, errno);
  return flush_folder(parent);
}

std::vector<std::string> list_files(const std::string& folder) {
  std::vector<std::string> names;
  DIR* stream = ::opendir(folder.c_str());
  if (stream == nullptr) return names;
  while (const dirent* entry = ::readdir(stream)) {
    struct stat status{};
    const std::string name = entry->d_name;
    if (::stat((folder + "/" + name).c_str(), &status) == 0 && S_ISREG(status.st_mode)) names.push_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

Status flush_file(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.ok() && errno == ENOENT) return Done{};
  if (!file.ok() || ::fsync(file.fd()) != 0) return file_problem("flush", path, errno);
  return Done{};
}

Status flush_folder(const std::string& folder) {
  const File file(folder, O_RDONLY | O_DIRECTORY);
  if (!file.ok() || ::fsync(file.fd()) != 0) return file_problem("flush", folder, errno);
  return Done{};
}

bool remove_file(const std::string& path) { return ::unlink(path.c_str()) == 0 || errno == ENOENT; }

bool file_exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

Status check_readable(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_problem("read", path, errno);
  ::close(file);
  return Done{};
}

Problem file_problem(std::string_view operation, const std::string& path, int error) {
  Problem problem;
  problem.place.file = path;
  problem.message = fmt::format("cannot {} this file: {}", operation, std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      problem.code = "disk-full";
      problem.hint = "free some space and run the command again; nothing was half done";
      break;
    case EACCES:
    case EPERM:
      problem.code = "no-permission";
      problem.hint = "check who owns the file and its folder";
      break;
    case ENOENT:
      problem.code = "file-missing";
      break;
    case EROFS:
      problem.code = "read-only";
      problem.hint = "its disk is mounted for reading only: reading works, for anything else mount it for writing";
      break;
    case EISDIR:
      problem.code = "not-a-file";
      problem.hint = "a folder stands where a file should be: move it away";
      break;
    case ENOTDIR:
      problem.code = "not-a-folder";
      problem.hint = "a file stands where a folder should be: move it away";
      break;
    default:
      problem.code = "file-error";
  }
  return problem;
}

}  // namespace kenko::ports
