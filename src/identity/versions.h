// identity/versions.h
//
// Which version of an event counts, over many tables.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "facts/event_table.h"
#include "facts/fact.h"
#include "facts/settings.h"

namespace kenko::identity {

/// Tables of event versions; one id may have versions in several of them.
using Tables = std::span<const facts::EventView>;

/// A row of one of the tables.
struct RowId {
  uint32_t table = 0;
  uint32_t row = 0;
  friend auto operator<=>(const RowId&, const RowId&) = default;
};

/// All versions of the ids that have several, those of one id together.
struct Versions {
  std::vector<RowId> rows;
  std::vector<size_t> end;  ///< of each id's rows in `rows`
};

/// Finds them by the sorted keys of the tables, range by range: linear, in memory for the ids with several versions.
[[nodiscard]] Versions find_versions(Tables tables, int threads);
/// The versions of the id that `row` is a version of, itself included.
[[nodiscard]] std::vector<RowId> versions_of(Tables tables, RowId row);

/// True when `a` counts less than `b`: by (version, seq), then, so that no order of arrival decides, by what they say.
[[nodiscard]] bool loses(Tables tables, RowId a, RowId b);

/// Rows of tables that don't count.
class HiddenRows {
 public:
  explicit HiddenRows(size_t tables) : bits_(tables) {}
  void hide(RowId id, size_t rows_of_table) {
    std::vector<uint64_t>& bits = bits_[id.table];
    if (bits.empty()) bits.assign(rows_of_table / 64 + 1, 0);
    bits[id.row / 64] |= uint64_t{1} << (id.row % 64);
  }
  [[nodiscard]] bool hidden(uint32_t table, uint32_t row) const {
    const std::vector<uint64_t>& bits = bits_[table];
    return !bits.empty() && ((bits[row / 64] >> (row % 64)) & 1) != 0;
  }

 private:
  std::vector<std::vector<uint64_t>> bits_;
};

/// The versions that another one, known under `cut`, is preferred to.
[[nodiscard]] HiddenRows overruled_rows(Tables tables, const facts::Cut& cut, int threads);

}  // namespace kenko::identity
