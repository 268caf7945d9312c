#include "readers/fault.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace kenko::readers {

Problem fault(std::string code, const std::string& path, int64_t line, std::string message, std::string hint) {
  Problem p;
  p.code = std::move(code);
  p.place.file = path;
  p.place.line = line;
  p.message = std::move(message);
  p.hint = std::move(hint);
  return p;
}

BadRow bad_row(int64_t line, std::string field, std::string code, std::string message, std::string_view raw) {
  return {{line, std::move(field), std::move(code), std::move(message)}, printable(raw, 2000)};
}

std::string printable(std::string_view raw, size_t limit) {
  std::string out;
  size_t i = 0;
  while (i < raw.size() && out.size() < limit) {
    const auto lead = static_cast<unsigned char>(raw[i]);
    const size_t n = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    const std::string_view point = raw.substr(i, n);
    if (lead == 0 || point.size() < n || !text::is_utf8(point)) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += point;
      i += n;
    }
  }
  return out;
}

Result<std::vector<std::string>> header_names(const std::vector<std::string>& cells, const std::string& path,
                                              int64_t line, int64_t max_columns) {
  std::vector<std::string> names;
  for (const std::string& cell : cells) names.emplace_back(text::trim(cell));
  while (!names.empty() && names.back().empty()) names.pop_back();
  if (names.empty()) {
    return fault("no-columns", path, line, "the header row names no column",
                 "the first row must hold the names of the columns");
  }
  if (static_cast<int64_t>(names.size()) > max_columns) {
    return fault("too-many-columns", path, line,
                 fmt::format("the header has {} columns, the most is {}", names.size(), max_columns),
                 "check that the first row is the header and the delimiter is right (`format: {delimiter: \";\"}`)");
  }
  std::map<std::string, size_t> first;
  Problems problems;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = fmt::format("column {}", i + 1);
    const auto [it, fresh] = first.emplace(names[i], i);
    if (fresh) continue;
    problems.push_back(fault("duplicate-column", path, line,
                             fmt::format("columns {} and {} are both called `{}`", it->second + 1, i + 1, names[i]),
                             "give each column a name of its own in the header row"));
    problems.back().place.field = names[i];
  }
  if (!problems.empty()) return problems;
  return names;
}

}  // namespace kenko::readers
