#include "cases/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kenko::cases {
namespace {

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> out;
  size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ' ') {
      ++i;
      continue;
    }
    const size_t quote = line[i] == '"' ? line.find('"', i + 1) : std::string_view::npos;
    size_t end = quote != std::string_view::npos ? quote + 1 : line.find("  ", i);
    end = std::min(end, line.size());
    out.emplace_back(line.substr(i, end - i));
    i = end;
  }
  if (!out.empty()) out.back() = std::string(text::trim(out.back()));
  return out;
}

std::optional<std::string> cell_of(const std::string& text) {
  if (text == "-" || text == "null") return std::nullopt;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

Problem wrong(std::string message) {
  Problem p;
  p.code = "case";
  p.message = std::move(message);
  return p;
}

std::optional<size_t> TextTable::column(std::string_view name) const {
  const auto it = std::find(columns.begin(), columns.end(), name);
  return it == columns.end() ? std::nullopt : std::optional(static_cast<size_t>(it - columns.begin()));
}

std::optional<std::string> TextTable::cell(const TableRow& row, std::string_view name) const {
  const auto i = column(name);
  return i ? row.cells[*i] : std::nullopt;
}

Result<TextTable> parse_table(std::string_view text, const std::string& what) {
  TextTable out;
  for (const std::string_view line : text::split(text, '\n')) {
    const std::vector<std::string> cells = split_line(line);
    if (cells.empty()) continue;
    if (out.columns.empty()) {
      out.columns = cells;
      continue;
    }
    if (cells.size() != out.columns.size()) {
      return wrong(
          fmt::format("`{}`: {} cells under {} columns in `{}`", what, cells.size(), out.columns.size(), line));
    }
    TableRow row;
    for (const std::string& cell : cells) row.cells.push_back(cell_of(cell));
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace kenko::cases
