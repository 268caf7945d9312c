#include "watched.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace kenko::faults {
namespace {

std::string start_of(int folder) {
  std::array<char, PATH_MAX> buffer{};
  if (folder == AT_FDCWD) return ::getcwd(buffer.data(), buffer.size()) == nullptr ? "" : buffer.data();
  const ssize_t n = ::readlink(("/proc/self/fd/" + std::to_string(folder)).c_str(), buffer.data(), buffer.size());
  return n > 0 ? std::string(buffer.data(), static_cast<size_t>(n)) : "";
}

}  // namespace

Workspace::Workspace() {
  const char* root = std::getenv("KENKO_FAULTS_ROOT");
  if (root != nullptr) root_ = root;
  while (root_.ends_with('/')) root_.pop_back();
}

std::optional<std::string> Workspace::below(int folder, const char* path) const {
  if (root_.empty() || path == nullptr || *path == '\0') return std::nullopt;
  std::string full = *path == '/' ? path : start_of(folder) + "/" + path;
  full = std::filesystem::path(full).lexically_normal().string();
  while (full.size() > 1 && full.ends_with('/')) full.pop_back();
  if (full == root_) return "";
  if (!full.starts_with(root_ + "/")) return std::nullopt;
  return full.substr(root_.size() + 1);
}

OpenFile* Workspace::find(int fd) {
  if (fd < 0 || static_cast<size_t>(fd) >= kMost) return nullptr;
  OpenFile& file = files_[static_cast<size_t>(fd)];
  return file.used ? &file : nullptr;
}

void Workspace::add(int fd, const std::string& path) {
  struct stat status{};
  if (fd < 0 || static_cast<size_t>(fd) >= kMost || ::fstat(fd, &status) != 0) std::abort();
  files_[static_cast<size_t>(fd)] = {true, S_ISDIR(status.st_mode), status.st_ino, path};
}

void Workspace::copy(int from, int to) {
  if (to < 0 || static_cast<size_t>(to) >= kMost) return;
  const OpenFile* file = find(from);
  files_[static_cast<size_t>(to)] = file == nullptr ? OpenFile{} : *file;
}

void Workspace::forget(int fd) {
  if (OpenFile* file = find(fd)) *file = {};
}

}  // namespace kenko::faults
