// tests/cases/text_table.h
//
// The aligned tables of case files: columns stand apart by two or more blanks, the first line names them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::cases {

/// One row.  A cell `-` or `null` is absent; a cell in double quotes is its text, blanks and emptiness included.
struct TableRow {
  std::vector<std::optional<std::string>> cells;
};

struct TextTable {
  std::vector<std::string> columns;
  std::vector<TableRow> rows;

  [[nodiscard]] std::optional<size_t> column(std::string_view name) const;
  /// The cell of a named column; nullopt when there is no such column or the cell is absent.
  [[nodiscard]] std::optional<std::string> cell(const TableRow& row, std::string_view name) const;
};

/// Problems: "table" for a row with more or fewer cells than columns.
[[nodiscard]] Result<TextTable> parse_table(std::string_view text, const std::string& what);

/// A problem of a case file.
[[nodiscard]] Problem wrong(std::string message);

}  // namespace kenko::cases
