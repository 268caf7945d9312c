// mapping/cell_reader.h
//
// Reads the parts of a mapping file that say where a value comes from.  Inner part of read_mapping.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/filter.h"
#include "mapping/mapping.h"
#include "tree/reader.h"
#include "tree/tree.h"

namespace kenko::mapping {

/// Reads cells, amounts, filters and formats, collecting problems and the columns that are named.
class CellReader {
 public:
  CellReader(const tree::Tree& tree, Problems& problems) : tree_(tree), problems_(problems) {}

  /// `key` of `map` as a cell: a column's name, or {column|first|constant|template: ..., options}.  `more` may read
  /// further options of the map.
  [[nodiscard]] Cell cell(tree::Reader& map, std::string_view key, CellType type = CellType::text,
                          tree::Need need = tree::Need::optional,
                          const std::function<void(tree::Reader&)>& more = nullptr);
  [[nodiscard]] Cell cell_of(const tree::Node& node, std::string_view what, CellType type,
                             const std::function<void(tree::Reader&)>& more = nullptr);
  /// A number: a cell, or {product: [cell, ...]}, with `absolute` and `negate`.
  [[nodiscard]] Amount amount(tree::Reader& map, std::string_view key);
  /// A filter; null when there is none or it is wrong.
  [[nodiscard]] std::shared_ptr<Filter> filter(tree::Reader& map, std::string_view key);
  /// {zone: ..., format: ... or [...]}
  void time_format(tree::Reader& map, TimeFormat& format);
  [[nodiscard]] FileFormat file_format(tree::Reader& map);

  /// {NAME: {from: to, ...}, ...}: translations that several cells use.
  void tables(tree::Reader& map);

  /// What cells of days and times start with.
  TimeFormat default_time;
  /// The rule that is being read.
  size_t rule = ColumnUse::kAllRules;
  std::vector<ColumnUse> uses;

 private:
  void use(const std::string& column, Problem at);
  void pieces_of_template(const tree::Node& node, Cell& cell);
  void first_filled(const tree::Node& node, tree::Reader& map, Cell& cell);
  void options(tree::Reader& map, Cell& cell);
  using Table = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] Table table(tree::Reader& words) const;
  void translation(tree::Reader& map, Cell& cell);
  [[nodiscard]] std::optional<char> one_char(tree::Reader& map, std::string_view key);

  const tree::Tree& tree_;
  Problems& problems_;
  std::map<std::string, Table> tables_;
};

}  // namespace kenko::mapping
