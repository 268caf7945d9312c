#include "state/write_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "ports/files.h"

namespace kenko::state {
namespace {

// Fills in the place and, where it can be read, the number of the process that holds the lock.
Problem locked(Problem problem, const std::string& path, int file) {
  std::array<char, 32> bytes{};
  const ssize_t size = ::pread(file, bytes.data(), bytes.size(), 0);
  const auto pid = text::parse_int(text::trim({bytes.data(), size > 0 ? static_cast<size_t>(size) : 0}));
  problem.place.file = path;
  problem.message = pid ? fmt::format("another kenko process (pid {}) {}", *pid, problem.message)
                        : fmt::format("another kenko process {}", problem.message);
  return problem;
}

}  // namespace

// A backup would no longer be what its list says.
Status refuse_backup(const std::string& dir) {
  const std::string path = dir + "/BACKUP";
  if (!ports::file_exists(path)) return Done{};
  const auto text = ports::read_file(path);
  if (!text.ok() || !text->starts_with("kenko backup ")) return Done{};
  Problem problem;
  problem.code = "is-a-backup";
  problem.place.file = path;
  problem.message = "this folder is a backup, which can be read, not written";
  problem.hint = "`kenko restore` makes a workspace of it";
  return problem;
}

Result<WriteLock> WriteLock::acquire(const std::string& dir) {
  KENKO_TRY_STATUS(refuse_backup(dir));
  Problem held;
  held.code = "workspace-locked";
  held.message = "is writing to this workspace";
  held.hint = "wait until it is done, then run the command again; reading is possible meanwhile";
  return acquire_file(dir + "/write.lock", std::move(held));
}

Result<WriteLock> WriteLock::acquire_sending(const std::string& dir) {
  KENKO_TRY_STATUS(refuse_backup(dir));
  Problem held;
  held.code = "sending-locked";
  held.message = "is sending the messages of this workspace";
  held.hint = "it sends all that is due; nothing is lost";
  return acquire_file(dir + "/send.lock", std::move(held));
}

Result<WriteLock> WriteLock::acquire_file(const std::string& path, Problem when_held) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return ports::file_problem("lock", path, errno);
  WriteLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return locked(std::move(when_held), path, file);
    return ports::file_problem("lock", path, errno);
  }
  // The number is for the message alone, so a failure to write it does not matter: the kernel's lock is what counts.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file, 0) == 0) static_cast<void>(::pwrite(file, pid.data(), pid.size(), 0) < 0);
  return lock;
}

WriteLock::WriteLock(WriteLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriteLock& WriteLock::operator=(WriteLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

WriteLock::~WriteLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace kenko::state
