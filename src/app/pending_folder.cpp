#include "app/pending_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "app/workspace_files.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Problem not_empty(const std::string& target) {
  return problem_at("target-not-empty", target, "there is something in this folder already",
                    "name a folder that is empty or does not exist yet; nothing was written");
}

Status require_empty(const std::string& target) {
  struct stat status{};
  if (::stat(target.c_str(), &status) != 0) return Done{};
  if (!S_ISDIR(status.st_mode)) return ports::file_problem("write", target, ENOTDIR);
  std::error_code error;
  if (fs::is_empty(target, error) && !error) return Done{};
  if (error) return ports::file_problem("read", target, error.value());
  return not_empty(target);
}

/// A file descriptor that holds the lock of `folder`; -1 when another process does.
int lock_folder(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return -1;
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  ::close(file);
  return -1;
}

/// Folders TARGET.PID.tmp that nobody is filling any more.
void remove_leftovers(const std::string& target) {
  std::error_code error;
  const std::string start = fs::path(target).filename().string() + ".";
  std::vector<std::string> dead;
  for (const auto& entry : fs::directory_iterator(folder_of(target), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || !name.ends_with(ports::kTemporarySuffix)) continue;
    const std::string pid = name.substr(start.size(), name.size() - start.size() - ports::kTemporarySuffix.size());
    const bool number =
        !pid.empty() && std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; });
    std::error_code ignored;
    if (number && entry.is_directory(ignored)) dead.push_back(entry.path().string());
  }
  for (const std::string& folder : dead) {
    const int lock = lock_folder(folder);
    if (lock < 0) continue;
    fs::remove_all(folder, error);
    ::close(lock);
  }
}

/// A file that is being copied: closes what it opened.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int number() const { return file_; }

 private:
  int file_;
};

Status write_all(int file, const char* data, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t n = ::write(file, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ports::file_problem("write", path, errno);
    data += n;
    size -= static_cast<size_t>(n);
  }
  return Done{};
}

Status flush_folders_below(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (!entry.is_directory(ignored) || entry.is_symlink(ignored)) continue;
    KENKO_TRY_STATUS(flush_folders_below(entry.path().string()));
  }
  if (error) return ports::file_problem("flush", folder, error.value());
  return ports::flush_folder(folder);
}

}  // namespace

Result<PendingFolder> PendingFolder::make(const std::string& target) {
  KENKO_TRY_STATUS(require_empty(target));
  KENKO_TRY_STATUS(ports::make_folder(folder_of(target)));
  remove_leftovers(target);
  std::string temporary = ports::temporary_name(target);
  if (::mkdir(temporary.c_str(), 0755) != 0) return ports::file_problem("make folder", temporary, errno);
  const int lock = lock_folder(temporary);
  return PendingFolder(target, std::move(temporary), lock);
}

PendingFolder::PendingFolder(PendingFolder&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, "")),
      lock_(std::exchange(other.lock_, -1)) {}

PendingFolder::~PendingFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

void PendingFolder::clear() {
  std::error_code ignored;
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(temporary_, ignored)) all.push_back(entry.path());
  for (const fs::path& one : all) fs::remove_all(one, ignored);
}

Status PendingFolder::make_folder_for(const std::string& name) { return ports::make_folder(folder_of(path(name))); }

Status PendingFolder::copy(const std::string& from, const std::string& name) {
  const OpenFile in(from, O_RDONLY);
  if (in.number() < 0) return ports::file_problem("read", from, errno);
  KENKO_TRY_STATUS(make_folder_for(name));
  const std::string to = path(name);
  // Never into what is there: that may be a link to a file of the source.
  const OpenFile out(to, O_WRONLY | O_CREAT | O_EXCL);
  if (out.number() < 0) return ports::file_problem("make", to, errno);
  struct stat status{};
  if (::fstat(in.number(), &status) == 0) ::fchmod(out.number(), status.st_mode & 0777);
  std::vector<char> buffer(size_t{1} << 20);
  while (true) {
    const ssize_t n = ::read(in.number(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ports::file_problem("read", from, errno);
    if (n == 0) break;
    KENKO_TRY_STATUS(write_all(out.number(), buffer.data(), static_cast<size_t>(n), to));
  }
  if (::fsync(out.number()) != 0) return ports::file_problem("flush", to, errno);
  return Done{};
}

Result<bool> PendingFolder::link_or_copy(const std::string& from, const std::string& name) {
  KENKO_TRY_STATUS(make_folder_for(name));
  // A link to a link would name a file that is somewhere else.
  std::error_code error;
  const fs::path real = fs::canonical(from, error);
  if (error) return ports::file_problem("read", from, error.value());
  if (::link(real.c_str(), path(name).c_str()) == 0) return true;
  if (errno == ENOENT) return ports::file_problem("read", from, ENOENT);
  if (errno == ENOSPC) return ports::file_problem("make", path(name), ENOSPC);
  KENKO_TRY_STATUS(copy(from, name));
  return false;
}

Status PendingFolder::publish() {
  KENKO_TRY_STATUS(flush_folders_below(temporary_));
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) return not_empty(target_);
    return ports::file_problem("rename", target_, errno);
  }
  temporary_.clear();
  return ports::flush_folder(folder_of(target_));
}

}  // namespace kenko::app
