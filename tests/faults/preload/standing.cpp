// KENKO_FAULTS_STANDING=MICROSECONDS: the clock stands there, and random bytes come from that number, so that two runs
// from the same files leave the same files.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include "standing.h"

namespace kenko::faults {
namespace {

constexpr int64_t kMicros = 1'000'000;

int64_t standing() {
  static const int64_t at = [] {
    const char* text = std::getenv("KENKO_FAULTS_STANDING");
    return text == nullptr ? int64_t{0} : std::strtoll(text, nullptr, 10);
  }();
  return at;
}

}  // namespace

int open_known_random() {
  if (standing() == 0) return -1;
  std::array<unsigned char, 256> bytes{};
  auto state = static_cast<uint64_t>(standing());
  for (unsigned char& byte : bytes) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    byte = static_cast<unsigned char>(state >> 56U);
  }
  const int fd = ::memfd_create("random", 0);
  if (fd < 0) return -1;
  const bool filled = ::syscall(SYS_pwrite64, fd, bytes.data(), bytes.size(), 0) == std::ssize(bytes);
  if (filled) return fd;
  ::close(fd);
  return -1;
}

}  // namespace kenko::faults

// NOLINTBEGIN: names and types are those of the C library
#pragma GCC visibility push(default)
extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  static const auto real = reinterpret_cast<decltype(&clock_gettime)>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int64_t at = kenko::faults::standing();
  if (at == 0 || clock != CLOCK_REALTIME) return real(clock, out);
  out->tv_sec = at / kenko::faults::kMicros;
  out->tv_nsec = at % kenko::faults::kMicros * 1000;
  return 0;
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static const auto real = reinterpret_cast<decltype(&gettimeofday)>(::dlsym(RTLD_NEXT, "gettimeofday"));
  const int64_t at = kenko::faults::standing();
  if (at == 0) return real(out, zone);
  out->tv_sec = at / kenko::faults::kMicros;
  out->tv_usec = at % kenko::faults::kMicros;
  return 0;
}

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND
