#include "state/open_for_reading.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <string_view>

#include "ports/files.h"
#include "state/sqlite.h"

namespace kenko::state {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// SQLite's own note in bytes 18 and 19 of the file: 2 = it has a log.
bool has_log_format(const std::string& path) {
  std::array<char, 20> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return file.gcount() == std::ssize(head) && head[18] == 2;
}

int64_t size_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? int64_t{status.st_size} : 0;
}

/// What changes whenever the file does.
std::string state_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "";
  return fmt::format("{} {} {}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

Result<sqlite3*> open_handle(const std::string& name, int flags, const std::string& path) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  KENKO_CHECK(handle != nullptr, "SQLite has no memory");
  if (opened == SQLITE_OK) return handle;
  Problem problem = sqlite_problem(handle);
  problem.place.file = path;
  sqlite3_close(handle);
  return problem;
}

/// On a read-only file system nobody writes, so no lock is needed, and a log is applied in memory.
Result<sqlite3*> open_without_locks(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  const bool has_log = size_of(path + "-wal") > 0;
  uri += has_log ? "?mode=ro&vfs=unix-none" : "?mode=ro&immutable=1";
  KENKO_TRY(sqlite3 * handle, open_handle(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path));
  // The one mode in which SQLite keeps the index of the log in its own memory.
  if (has_log) sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE", nullptr, nullptr, nullptr);
  return handle;
}

/// While a database is made it has no log yet, but a journal.  Whoever made it was stopped: only who may write can take
/// back what is half done.  A creator that is still at work holds a lock, and nothing happens.
void take_back_unfinished(const std::string& path) {
  const auto handle = open_handle(path, SQLITE_OPEN_READWRITE, path);
  if (!handle) return;  // reading says what is wrong
  sqlite3_exec(*handle, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr);
  sqlite3_close(*handle);
}

Problem unsettled(const std::string& path) {
  Problem problem;
  problem.code = "state-unsettled";
  problem.place.file = path;
  problem.message =
      "a writer was stopped or is at work, and this user may not write the folder, which is needed to read now";
  problem.hint = "run any kenko command once as a user who may write the folder";
  return problem;
}

/// The whole file in memory.  It was not written meanwhile: a writer needs a log with content, and leaves another time
/// of change.
Result<sqlite3*> open_copy(const std::string& path) {
  constexpr int kTries = 20;
  constexpr int kWaitMilliseconds = 50;
  for (int tries = 0; tries < kTries; ++tries) {
    if (size_of(path + "-wal") > 0) break;
    const std::string before = state_of(path);
    KENKO_TRY(const std::string bytes, ports::read_file(path));
    if (size_of(path + "-wal") > 0 || state_of(path) != before || bytes.size() < 20) {
      sqlite3_sleep(kWaitMilliseconds);
      continue;
    }
    KENKO_TRY(sqlite3 * handle, open_handle(":memory:", SQLITE_OPEN_READWRITE, path));
    auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size()));
    KENKO_CHECK(copy != nullptr, "no memory for {} bytes of {}", bytes.size(), path);
    std::memcpy(copy, bytes.data(), bytes.size());
    copy[18] = copy[19] = 1;  // in memory there is no log
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    if (sqlite3_deserialize(handle, "main", copy, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) == SQLITE_OK) {
      return handle;
    }
    Problem problem = sqlite_problem(handle);
    problem.place.file = path;
    sqlite3_close(handle);
    return problem;
  }
  return unsettled(path);
}

}  // namespace

Result<sqlite3*> open_for_reading(const std::string& path) {
  const std::string folder = folder_of(path);
  const bool writable = ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0;
  if (writable && size_of(path + "-journal") > 0) take_back_unfinished(path);
  if (writable || !has_log_format(path)) return open_handle(path, SQLITE_OPEN_READONLY, path);
  struct statvfs system{};
  const bool nobody_writes = ::statvfs(folder.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
  if (nobody_writes) return open_without_locks(path);
  // What a writer at work, or an earlier reader, has left beside it is enough for SQLite.
  const bool usual = ports::file_exists(path + "-shm") && ports::file_exists(path + "-wal");
  return usual ? open_handle(path, SQLITE_OPEN_READONLY, path) : open_copy(path);
}

}  // namespace kenko::state
