// cli/output.h
//
// Where a command writes: standard output or a file, in the asked form; problems go to standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "report/table.h"
#include "report/views.h"

namespace kenko::cli {

/// Exit status of the program.
enum class Exit : int { ok = 0, failed = 1, usage = 2 };

/// What every command understands alike.
struct Common {
  std::string dir = ".";        ///< -C
  std::string model;            ///< --model
  std::string as_of;            ///< --as-of
  std::string known_as_of;      ///< --known-as-of
  std::string format;           ///< --format table|json|csv; empty = table
  std::string now;              ///< --now; empty = the machine's clock
  std::string out;              ///< --out FILE; empty = standard output
  std::string language = "en";  ///< --language of pages
  int threads = 0;              ///< --threads; 0 = all cores
};

/// The terminal behind standard output: its width (100 when there is none, at most 100 for tables) and whether it shows
/// colours (a terminal, and NO_COLOR is not set).
[[nodiscard]] report::Terminal terminal();
[[nodiscard]] bool error_is_terminal();

/// Prints problems to standard error and returns Exit::failed.
Exit fail(const Problems& problems);
/// Prints warnings to standard error.
void warn(const Problems& problems);

/// The form asked for; "bad-option" when it is none.
[[nodiscard]] Result<report::Format> format_of(const Common& common);

/// Writes `content` to --out (temporary file, then renamed) or standard output.
Exit deliver(const Common& common, std::string_view content);

/// A day given as an option; "bad-day" names the option.
[[nodiscard]] Result<Day> day_option(std::string_view option, const std::string& text);

/// Who says it: `by` (--by), else KENKO_AUTHOR, else this machine's user; "no-author".
[[nodiscard]] Result<std::string> author_of(const std::string& by);
inline constexpr const char* kByHelp = "who says so; default: KENKO_AUTHOR, else your user";

}  // namespace kenko::cli
