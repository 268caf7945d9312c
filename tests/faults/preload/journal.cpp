#include "journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace kenko::faults {
namespace {

/// What precedes path, target and data in the file; little-endian.
struct Header {
  char magic[4] = {'K', 'F', 'L', 'T'};
  uint8_t kind = 0;
  uint8_t flags = 0;
  uint16_t path_size = 0;
  uint16_t target_size = 0;
  uint16_t unused = 0;
  int32_t error = 0;
  uint64_t file = 0;
  int64_t offset = 0;
  uint64_t data_size = 0;
};
static_assert(sizeof(Header) == 40);

/// Far from the numbers that the program expects for its own files.
constexpr int kLogNumber = 700;

}  // namespace

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::open:
      return "open";
    case Kind::write:
      return "write";
    case Kind::truncate:
      return "truncate";
    case Kind::sync:
      return "sync";
    case Kind::rename:
      return "rename";
    case Kind::unlink:
      return "unlink";
    case Kind::mkdir:
      return "mkdir";
    case Kind::close:
      return "close";
    case Kind::link:
      return "link";
    case Kind::allocate:
      return "allocate";
    case Kind::map:
      return "map";
    case Kind::said:
      return "said";
  }
  return nullptr;
}

Journal::Journal() {
  const char* path = std::getenv("KENKO_FAULTS_LOG");
  if (path == nullptr || *path == '\0') return;
  const long opened = ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (opened < 0) {
    std::perror("libkenko_faults: KENKO_FAULTS_LOG");
    std::abort();
  }
  file_ = ::fcntl(static_cast<int>(opened), F_DUPFD_CLOEXEC, kLogNumber);
  ::syscall(SYS_close, opened);
}

void Journal::lock() const {
  if (on()) ::flock(file_, LOCK_EX);
}

void Journal::unlock() const {
  if (on()) ::flock(file_, LOCK_UN);
}

void Journal::add(const Record& record) const {
  if (!on()) return;
  Header header;
  header.kind = static_cast<uint8_t>(record.kind);
  header.flags = record.flags;
  header.path_size = static_cast<uint16_t>(record.path.size());
  header.target_size = static_cast<uint16_t>(record.target.size());
  header.error = record.error;
  header.file = record.file;
  header.offset = record.offset;
  header.data_size = record.data.size();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += record.path;
  bytes += record.target;
  bytes += record.data;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const long n = ::syscall(SYS_write, file_, rest.data(), rest.size());
    if (n <= 0) std::abort();  // a log with a hole would prove nothing
    rest.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace kenko::faults
