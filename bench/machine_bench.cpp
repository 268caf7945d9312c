// What this machine can do at best: the limits that the other figures are held against.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "options.h"

namespace kenko::bench {
namespace {

constexpr size_t kBytes = 256U << 20U;

double copy_speed(int threads) {
  std::vector<std::vector<char>> from(static_cast<size_t>(threads)), to(static_cast<size_t>(threads));
  const size_t bytes = kBytes / static_cast<size_t>(threads);
  for (int t = 0; t < threads; ++t) {
    from[static_cast<size_t>(t)].assign(bytes, 'x');
    to[static_cast<size_t>(t)].assign(bytes, 'y');
  }
  const double seconds = seconds_of([&] {
    std::vector<std::jthread> pool;
    for (size_t t = 0; t < from.size(); ++t)
      pool.emplace_back([&, t] {
        for (int i = 0; i < 4; ++i) std::memcpy(to[t].data(), from[t].data(), bytes);
      });
  });
  return 4.0 * static_cast<double>(bytes) * threads / seconds / 1e9;
}

// Gigabytes a second of a file written and flushed once at its end.
double write_speed(const std::string& path) {
  std::vector<char> block(4U << 20U);
  for (size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 2'654'435'761U >> 13U);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return 0;
  bool good = true;
  const double seconds = seconds_of([&] {
    for (size_t done = 0; done < kBytes; done += block.size())
      good = good && write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size());
    good = good && fsync(file) == 0;
  });
  close(file);
  return good ? static_cast<double>(kBytes) / seconds / 1e9 : 0;
}

}  // namespace

std::vector<double> fsync_seconds(const std::string& path, int times, size_t bytes) {
  std::vector<double> out;
  const std::vector<char> block(bytes, 'x');
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  for (int i = 0; file >= 0 && i < times; ++i) {
    bool good = true;
    const double seconds = seconds_of(
        [&] { good = write(file, block.data(), bytes) == static_cast<ssize_t>(bytes) && fdatasync(file) == 0; });
    if (good) out.push_back(seconds);
  }
  if (file >= 0) close(file);
  unlink(path.c_str());
  return out;
}

Status bench_machine(const Options& options, Figures& figures) {
  std::vector<double> one, all, disk;
  const std::string path = options.dir + "/machine.tmp";
  for (int i = 0; i < options.runs; ++i) {
    one.push_back(copy_speed(1));
    all.push_back(copy_speed(options.threads));
    disk.push_back(write_speed(path));
  }
  unlink(path.c_str());
  const std::string group = "machine";
  figures.add(group, "processors", "", static_cast<double>(std::thread::hardware_concurrency()));
  figures.add(group, "memcpy, one thread (bytes copied)", "GB/s", one);
  figures.add(group, "memcpy, all threads (bytes copied)", "GB/s", all);
  figures.add(group, "sequential write with one fsync", "GB/s", disk);
  const std::vector<double> flushes = fsync_seconds(path, 300, 4096);
  figures.add(group, "write of 4 kB and fdatasync, p50", "us", quantile(flushes, 0.5) * 1e6);
  figures.add(group, "write of 4 kB and fdatasync, p99", "us", quantile(flushes, 0.99) * 1e6);
  figures.add(group, "write of 4 kB and fdatasync", "1/s", 1 / std::max(quantile(flushes, 0.5), 1e-9));
  return Done{};
}

}  // namespace kenko::bench
