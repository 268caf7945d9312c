// The calls of the C library that change files, in place of the library's own (LD_PRELOAD).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "standing.h"
#include "watcher.h"

// NOLINTBEGIN: names and types are those of the C library
namespace {

using namespace kenko::faults;

Watcher& watcher() { return Watcher::get(); }

template <typename Function>
Function next(const char* name, Function) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}
#define NEXT(name) (next(#name, &::name))

bool exists(int folder, const char* path) {
  struct stat status{};
  return ::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

uint64_t inode_of(int folder, const char* path) {
  struct stat status{};
  return ::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

Record record_of(Kind kind, const std::string& path) {
  Record record;
  record.kind = kind;
  record.path = path;
  return record;
}

Record record_of(Kind kind, const OpenFile& file) {
  Record record = record_of(kind, file.path);
  record.file = file.file;
  if (file.folder) record.flags |= kFolder;
  return record;
}

// `act` opens and returns the number.
int watch_open(int folder, const char* path, int flags, const std::function<int()>& act) {
  Watcher& w = watcher();
  const auto below = w.workspace.below(folder, path);
  if (!below) return act();
  const Watcher::Turn turn(w);
  const bool there = exists(folder, path);
  const bool makes = (flags & O_CREAT) != 0 && !there;
  return w.call(record_of(Kind::open, *below), makes, [&](Record& record) {
    const int fd = act();
    if (fd < 0) return fd;
    w.workspace.add(fd, *below);
    const OpenFile* file = w.workspace.find(fd);
    record.file = file->file;
    if (file->folder) record.flags |= kFolder;
    if (makes) record.flags |= kCreated;
    if (there && (flags & O_TRUNC) != 0) record.flags |= kTruncated;
    return fd;
  });
}

int open_flags(const char* mode) {
  const std::string m = mode;
  const bool plus = m.find('+') != std::string::npos;
  if (m.starts_with('r')) return plus ? O_RDWR : O_RDONLY;
  return (plus ? O_RDWR : O_WRONLY) | O_CREAT | (m.starts_with('a') ? O_APPEND : O_TRUNC);
}

FILE* watch_fopen(const char* path, const char* mode) {
  static const auto real = NEXT(fopen);
  FILE* stream = nullptr;
  const int fd = watch_open(AT_FDCWD, path, open_flags(mode), [&] {
    stream = real(path, mode);
    return stream == nullptr ? -1 : ::fileno(stream);
  });
  if (fd < 0 && stream != nullptr) ::fclose(stream);
  return fd < 0 ? nullptr : stream;
}

ssize_t watch_write(const OpenFile& file, int fd, const void* data, size_t size, std::optional<int64_t> at) {
  static const auto real_write = NEXT(write);
  static const auto real_pwrite = NEXT(pwrite);
  const char* bytes = static_cast<const char*>(data);
  return watcher().write(
      record_of(Kind::write, file), size,
      [&](size_t n) { return at ? real_pwrite(fd, bytes, n, *at) : real_write(fd, bytes, n); },
      [&](size_t n) { return std::string(bytes, n); },
      [&](size_t n) { return at ? *at : ::lseek(fd, 0, SEEK_CUR) - static_cast<int64_t>(n); });
}

std::string gathered(const iovec* parts, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return all;
}

int watch_sync(int fd, int (*real)(int)) {
  Watcher& w = watcher();
  const OpenFile* file = w.workspace.find(fd);
  if (file == nullptr) return real(fd);
  if (w.ignores_sync(file->folder)) return 0;
  return w.call(record_of(Kind::sync, *file), false, [&](Record&) { return real(fd); });
}

int watch_truncate(const std::string& path, uint64_t file, int64_t size, const std::function<int()>& act) {
  Record record = record_of(Kind::truncate, path);
  record.file = file;
  record.offset = size;
  return watcher().call(record, true, [&](Record&) { return act(); });
}

int watch_unlink(int folder, const char* path, bool is_folder, const std::function<int()>& act) {
  const auto below = watcher().workspace.below(folder, path);
  if (!below) return act();
  Record record = record_of(Kind::unlink, *below);
  if (is_folder) record.flags |= kFolder;
  record.file = inode_of(folder, path);
  return watcher().call(record, false, [&](Record&) { return act(); });
}

// Renames and links: two names.  A name outside the workspace is written as "/".
int watch_names(Kind kind, int from_folder, const char* from, int to_folder, const char* to,
                const std::function<int()>& act) {
  const auto source = watcher().workspace.below(from_folder, from);
  const auto target = watcher().workspace.below(to_folder, to);
  if (!source && !target) return act();
  Record record = record_of(kind, source.value_or("/"));
  record.target = target.value_or("/");
  record.file = inode_of(from_folder, from);
  return watcher().call(record, kind == Kind::link, [&](Record&) { return act(); });
}

int watch_mkdir(int folder, const char* path, const std::function<int()>& act) {
  const auto below = watcher().workspace.below(folder, path);
  if (!below) return act();
  return watcher().call(record_of(Kind::mkdir, *below), true, [&](Record& record) {
    const int result = act();
    record.file = inode_of(folder, path);
    return result;
  });
}

int watch_allocate(int fd, int64_t offset, int64_t size, const std::function<int()>& act) {
  const OpenFile* file = watcher().workspace.find(fd);
  if (file == nullptr) return act();
  Record record = record_of(Kind::allocate, *file);
  record.offset = offset + size;
  return watcher().call(record, true, [&](Record&) { return act(); });
}

// In place of a copy inside the kernel, whose bytes nobody would see.
ssize_t copy_between(int from, int64_t* from_at, int to, int64_t* to_at, size_t size) {
  std::string buffer(std::min<size_t>(size, 1 << 20), '\0');
  const ssize_t n = from_at != nullptr ? ::pread(from, buffer.data(), buffer.size(), *from_at)
                                       : ::read(from, buffer.data(), buffer.size());
  if (n <= 0) return n;
  const ssize_t written = to_at != nullptr ? ::pwrite(to, buffer.data(), static_cast<size_t>(n), *to_at)
                                           : ::write(to, buffer.data(), static_cast<size_t>(n));
  if (written < 0) return written;
  if (from_at != nullptr) *from_at += written;
  if (to_at != nullptr) *to_at += written;
  if (from_at == nullptr && written < n) ::lseek(from, written - n, SEEK_CUR);
  return written;
}

ssize_t to_output(void*, const char* bytes, size_t size) {
  static const auto real = NEXT(write);
  const ssize_t n = real(STDOUT_FILENO, bytes, size);
  if (n > 0) watcher().said({bytes, static_cast<size_t>(n)});
  return n;
}

// The C library writes standard output by itself; this way what the program says has its place in the log.
__attribute__((constructor)) void watch_output() {
  if (!watcher().records()) return;
  FILE* stream = ::fopencookie(nullptr, "w", {nullptr, to_output, nullptr, nullptr});
  if (stream != nullptr) stdout = stream;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int open(const char* path, int flags, ...) {
  static const auto real = NEXT(open);
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (std::strcmp(path, "/dev/urandom") == 0) {
    if (const int known = open_known_random(); known >= 0) return known;
  }
  return watch_open(AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...) {
  static const auto real = NEXT(openat);
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return watch_open(folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

int creat(const char* path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
FILE* fopen(const char* path, const char* mode) { return watch_fopen(path, mode); }

int open64(const char* path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));
int creat64(const char* path, mode_t mode) __attribute__((alias("creat")));
FILE* fopen64(const char* path, const char* mode) __attribute__((alias("fopen")));
int __open_2(const char* path, int flags) { return open(path, flags); }
int __open64_2(const char* path, int flags) { return open(path, flags); }

ssize_t write(int fd, const void* data, size_t size) {
  static const auto real = NEXT(write);
  if (const OpenFile* file = watcher().workspace.find(fd)) return watch_write(*file, fd, data, size, std::nullopt);
  const ssize_t n = real(fd, data, size);
  if (n > 0 && fd == STDOUT_FILENO) watcher().said({static_cast<const char*>(data), static_cast<size_t>(n)});
  return n;
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto real = NEXT(pwrite);
  if (const OpenFile* file = watcher().workspace.find(fd)) return watch_write(*file, fd, data, size, offset);
  return real(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) __attribute__((alias("pwrite")));

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = NEXT(writev);
  const OpenFile* file = watcher().workspace.find(fd);
  if (file == nullptr && fd != STDOUT_FILENO) return real(fd, parts, count);
  const std::string all = gathered(parts, count);
  if (file == nullptr) return write(fd, all.data(), all.size());
  return watch_write(*file, fd, all.data(), all.size(), std::nullopt);
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  static const auto real = NEXT(pwritev);
  const OpenFile* file = watcher().workspace.find(fd);
  if (file == nullptr) return real(fd, parts, count, offset);
  const std::string all = gathered(parts, count);
  return watch_write(*file, fd, all.data(), all.size(), offset);
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off64_t offset) __attribute__((alias("pwritev")));

ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, size_t size, unsigned flags) {
  static const auto real = NEXT(copy_file_range);
  if (watcher().workspace.find(to) == nullptr) return real(from, from_at, to, to_at, size, flags);
  return copy_between(from, from_at, to, to_at, size);
}

ssize_t sendfile(int to, int from, off_t* from_at, size_t size) noexcept {
  static const auto real = NEXT(sendfile);
  if (watcher().workspace.find(to) == nullptr) return real(to, from, from_at, size);
  return copy_between(from, from_at, to, nullptr, size);
}
ssize_t sendfile64(int to, int from, off64_t* from_at, size_t size) noexcept __attribute__((alias("sendfile")));

int fsync(int fd) {
  static const auto real = NEXT(fsync);
  return watch_sync(fd, real);
}

int fdatasync(int fd) {
  static const auto real = NEXT(fdatasync);
  return watch_sync(fd, real);
}

// Gives no promise, so it is none here.
int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
  static const auto real = NEXT(sync_file_range);
  return real(fd, offset, size, flags);
}

int ftruncate(int fd, off_t size) noexcept {
  static const auto real = NEXT(ftruncate);
  const OpenFile* file = watcher().workspace.find(fd);
  if (file == nullptr) return real(fd, size);
  return watch_truncate(file->path, file->file, size, [&] { return real(fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept __attribute__((alias("ftruncate")));

int truncate(const char* path, off_t size) noexcept {
  static const auto real = NEXT(truncate);
  const auto below = watcher().workspace.below(AT_FDCWD, path);
  if (!below) return real(path, size);
  return watch_truncate(*below, inode_of(AT_FDCWD, path), size, [&] { return real(path, size); });
}
int truncate64(const char* path, off64_t size) noexcept __attribute__((alias("truncate")));

int fallocate(int fd, int mode, off_t offset, off_t size) {
  static const auto real = NEXT(fallocate);
  // Holes would need a record of their own; nobody makes them.
  if (mode != 0 && watcher().workspace.find(fd) != nullptr) return errno = EOPNOTSUPP, -1;
  return watch_allocate(fd, offset, size, [&] { return real(fd, mode, offset, size); });
}
int fallocate64(int fd, int mode, off64_t offset, off64_t size) __attribute__((alias("fallocate")));

int posix_fallocate(int fd, off_t offset, off_t size) {
  static const auto real = NEXT(posix_fallocate);
  const int result = watch_allocate(fd, offset, size, [&] {
    const int error = real(fd, offset, size);
    return error == 0 ? 0 : (errno = error, -1);
  });
  return result == 0 ? 0 : errno;
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) __attribute__((alias("posix_fallocate")));

int close(int fd) {
  static const auto real = NEXT(close);
  Watcher& w = watcher();
  if (w.workspace.find(fd) == nullptr) return real(fd);
  return w.call(record_of(Kind::close, *w.workspace.find(fd)), false, [&](Record&) {
    w.workspace.forget(fd);
    return real(fd);
  });
}

int fclose(FILE* stream) {
  static const auto real = NEXT(fclose);
  const int fd = ::fileno(stream);
  const Watcher::Turn turn(watcher());
  watcher().workspace.forget(fd);
  return real(stream);
}

int dup(int fd) noexcept {
  static const auto real = NEXT(dup);
  const int made = real(fd);
  if (watcher().workspace.find(fd) != nullptr) watcher().workspace.copy(fd, made);
  return made;
}

int dup2(int fd, int to) noexcept {
  static const auto real = NEXT(dup2);
  const int made = real(fd, to);
  if (made >= 0) watcher().workspace.copy(fd, made);
  return made;
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = NEXT(rename);
  return watch_names(Kind::rename, AT_FDCWD, from, AT_FDCWD, to, [&] { return real(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static const auto real = NEXT(renameat);
  return watch_names(Kind::rename, from_folder, from, to_folder, to,
                     [&] { return real(from_folder, from, to_folder, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  static const auto real = NEXT(renameat2);
  return watch_names(Kind::rename, from_folder, from, to_folder, to,
                     [&] { return real(from_folder, from, to_folder, to, flags); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = NEXT(link);
  return watch_names(Kind::link, AT_FDCWD, from, AT_FDCWD, to, [&] { return real(from, to); });
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  static const auto real = NEXT(linkat);
  return watch_names(Kind::link, from_folder, from, to_folder, to,
                     [&] { return real(from_folder, from, to_folder, to, flags); });
}

int unlink(const char* path) noexcept {
  static const auto real = NEXT(unlink);
  return watch_unlink(AT_FDCWD, path, false, [&] { return real(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  static const auto real = NEXT(unlinkat);
  return watch_unlink(folder, path, (flags & AT_REMOVEDIR) != 0, [&] { return real(folder, path, flags); });
}

int rmdir(const char* path) noexcept {
  static const auto real = NEXT(rmdir);
  return watch_unlink(AT_FDCWD, path, true, [&] { return real(path); });
}

int remove(const char* path) noexcept {
  struct stat status{};
  if (::lstat(path, &status) != 0) return -1;
  return S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = NEXT(mkdir);
  return watch_mkdir(AT_FDCWD, path, [&] { return real(path, mode); });
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  static const auto real = NEXT(mkdirat);
  return watch_mkdir(folder, path, [&] { return real(folder, path, mode); });
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  static const auto real = NEXT(mmap);
  void* mapped = real(address, size, protection, flags, fd, offset);
  if (fd < 0 || (flags & MAP_SHARED) == 0 || (protection & PROT_WRITE) == 0) return mapped;
  const int error = errno;
  if (const OpenFile* file = watcher().workspace.find(fd)) {
    watcher().call(record_of(Kind::map, *file), false, [](Record&) { return 0; });
  }
  errno = error;
  return mapped;
}
void* mmap64(void* address, size_t size, int protection, int flags, int fd, off64_t offset) noexcept
    __attribute__((alias("mmap")));

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND
