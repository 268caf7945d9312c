// base/threads.h
#pragma once

#include <algorithm>
#include <thread>

namespace kenko {

/// How many threads to use: `wanted`, else (0) one for each processor.  No result depends on it.
[[nodiscard]] inline int threads_for(int wanted = 0) {
  return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace kenko
