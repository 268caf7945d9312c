// base/check.h
//
// Checks for our own bugs: always on, print what was wrong, end the process.  Errors of the user are values
// (base/result.h).
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace kenko {

/// Prints `file:line: check failed: condition: message` to standard error and aborts.  Never returns.
[[noreturn]] void check_failed(const char* file, int line, std::string_view condition, const std::string& message);

}  // namespace kenko

/// KENKO_CHECK(condition, "format", args...): the message must show the values that broke the rule.
#define KENKO_CHECK(condition, ...)                                                      \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      ::kenko::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                    \
  } while (false)
