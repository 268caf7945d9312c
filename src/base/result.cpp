#include "base/result.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kenko {

bool has_errors(const Problems& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.severity == Severity::error; });
}

std::string to_text(const Problem& p) {
  std::string out;
  if (!p.place.file.empty()) {
    out += p.place.file;
    out += ':';
  }
  if (p.place.line > 0) {
    out += fmt::format("{}:", p.place.line);
    if (p.place.column > 0) out += fmt::format("{}:", p.place.column);
  }
  if (!out.empty()) out += ' ';
  out += p.severity == Severity::error ? "error: " : "warning: ";
  if (!p.place.field.empty()) out += fmt::format("{}: ", p.place.field);
  out += fmt::format("{} [{}]\n", p.message, p.code);
  if (!p.source_line.empty()) {
    // A very long line is cut around the caret, so that the message stays readable.
    constexpr int64_t kShown = 100;
    const int64_t column = std::max<int64_t>(p.place.column, 1);
    const int64_t start = column > kShown - 20 ? column - kShown / 2 : 1;
    out += fmt::format("    {}\n", text::code_points(p.source_line, start - 1, kShown));
    if (p.place.column > 0) {
      const int64_t width = text::display_width(text::code_points(p.source_line, start - 1, column - start));
      out += fmt::format("    {}^\n", std::string(static_cast<size_t>(width), ' '));
    }
  }
  if (!p.hint.empty()) out += fmt::format("    hint: {}\n", p.hint);
  return out;
}

std::string to_text(const Problems& problems) {
  std::string out;
  for (const Problem& p : problems) out += to_text(p);
  return out;
}

}  // namespace kenko
