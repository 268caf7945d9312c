// engine/in_order.h
//
// Work on many threads whose results are taken in order, so that no result depends on threads or timing.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace kenko::engine {

/// For i = 0 .. count - 1: `work(worker, i)` on any thread, then `take(worker, i)` in the order of i, never at once.
/// Each thread has a worker of its own made by `make()`.  work must not throw.
template <typename Make, typename Work, typename Take>
void in_order(size_t count, int threads, const Make& make, const Work& work, const Take& take) {
  std::atomic<size_t> next{0};
  std::atomic<size_t> turn{0};  // the position whose take() is due
  const auto run = [&] {
    auto worker = make();
    for (size_t i = next++; i < count; i = next++) {
      work(worker, i);
      for (size_t now = turn.load(); now != i; now = turn.load()) turn.wait(now);
      take(worker, i);
      turn.store(i + 1);
      turn.notify_all();
    }
  };
  const auto extra = static_cast<size_t>(std::max(threads, 1)) - 1;
  std::vector<std::jthread> pool;
  for (size_t t = 0; t < std::min(extra, count); ++t) pool.emplace_back(run);
  run();
}

/// `work(worker, i)` for i = 0 .. count - 1 on any thread, in any order.
template <typename Make, typename Work>
void at_once(size_t count, int threads, const Make& make, const Work& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    auto worker = make();
    for (size_t i = next++; i < count; i = next++) work(worker, i);
  };
  const auto extra = static_cast<size_t>(std::max(threads, 1)) - 1;
  std::vector<std::jthread> pool;
  for (size_t t = 0; t < std::min(extra, count); ++t) pool.emplace_back(run);
  run();
}

}  // namespace kenko::engine
