#include "cli/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/author.h"
#include "app/files.h"

namespace kenko::cli {

report::Terminal terminal() {
  report::Terminal out;
  if (isatty(STDOUT_FILENO) == 0) return out;
  winsize size{};
  constexpr int kWidest = 100, kNarrowest = 60;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    out.width = std::clamp<int>(size.ws_col, kNarrowest, kWidest);
  const char* no_colour = std::getenv("NO_COLOR");
  out.colour = no_colour == nullptr || *no_colour == '\0';
  return out;
}

bool error_is_terminal() { return isatty(STDERR_FILENO) != 0; }

Exit fail(const Problems& problems) {
  warn(problems);
  return Exit::failed;
}

void warn(const Problems& problems) { fmt::print(stderr, "{}", to_text(problems)); }

Result<report::Format> format_of(const Common& common) {
  if (common.format.empty() || common.format == "table") return report::Format::table;
  if (common.format == "json") return report::Format::json;
  if (common.format == "csv") return report::Format::csv;
  return Problem{"bad-option",   {}, fmt::format("--format is `{}`", common.format), "use table, json or csv", "",
                 Severity::error};
}

Exit deliver(const Common& common, std::string_view content) {
  if (common.out.empty()) {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return std::fflush(stdout) == 0 ? Exit::ok : Exit::failed;
  }
  const Status written = app::write_output(common.out, content);
  if (!written) return fail(written.problems());
  fmt::print(stderr, "wrote {}\n", common.out);
  return Exit::ok;
}

Result<Day> day_option(std::string_view option, const std::string& text) {
  if (const auto day = Day::parse(text)) return *day;
  return Problem{
      "bad-day",      {}, fmt::format("{} is `{}`, which is no day", option, text), "write it as 2026-11-20", "",
      Severity::error};
}

Result<std::string> author_of(const std::string& by) {
  const char* from_environment = std::getenv("KENKO_AUTHOR");
  return app::find_author(by, from_environment == nullptr ? "" : from_environment);
}

}  // namespace kenko::cli
