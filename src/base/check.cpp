#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace kenko {

void check_failed(const char* file, int line, std::string_view condition, const std::string& message) {
  fmt::print(stderr, "{}:{}: check failed: {}: {}\nThis is a bug in Kenko, not in your data.\n", file, line, condition,
             message);
  std::fflush(stderr);
  std::abort();
}

}  // namespace kenko
