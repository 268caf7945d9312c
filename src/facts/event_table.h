// facts/event_table.h
//
// Many event versions in columns: what storage reads and identity::resolve consumes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "facts/dictionary.h"
#include "facts/fact.h"

namespace kenko::facts {

/// A column of rows that somebody else owns; a column whose rows are all equal may have one stored value.
template <typename T>
class Column {
 public:
  Column() = default;
  /// `values` has one value for each row, or one for all of them.
  Column(std::span<const T> values, size_t rows) : data_(values.data()), mask_(values.size() < rows ? 0 : SIZE_MAX) {}
  [[nodiscard]] T operator[](size_t row) const { return data_[row & mask_]; }
  [[nodiscard]] bool is_constant() const { return mask_ == 0; }

 private:
  const T* data_ = nullptr;
  size_t mask_ = SIZE_MAX;
};

/// Where the rows of an id, an account reference or a user reference are.
///
/// key, key_row: the upper halves of the rows' event keys, ascending, and their rows.
/// runs:         rows of one (source, account_ref) that follow each other; sorted by (ref, source, begin); rows without
///               an account_ref are in none.
/// loose:        rows without an account_ref but with a user_ref; sorted by (user_ref, row).
struct EventIndex {
  struct Run {
    uint32_t ref = 0, source = 0, begin = 0, end = 0;
    friend auto operator<=>(const Run&, const Run&) = default;
  };
  struct Loose {
    uint32_t user_ref = 0, row = 0;
    friend auto operator<=>(const Loose&, const Loose&) = default;
  };
  std::span<const uint64_t> key;
  std::span<const uint32_t> key_row;
  std::span<const Run> runs;
  std::span<const Loose> loose;
};

/// Versions of events, one row each, in any order (the index says where to find them).
///
/// Codes:      source, account_ref, user_ref, name, currency, property keys and values are codes of `texts`; 0 = none.
/// Invariants: property_end is the end of the row's cells in `properties`, id_end that of its event_id in id_bytes.
/// Left out:   what scoring does not need (raw, rule, mapping); storage keeps it.
/// Ownership:  views; whoever made it says how long they live.
struct EventView {
  static constexpr uint8_t kHasValue = 1;
  static constexpr uint8_t kDeleted = 2;
  static constexpr uint8_t kAssumed = 4;
  struct Cell {
    uint32_t key = 0;
    uint32_t value = 0;
  };

  size_t rows = 0;
  const Dictionary* texts = nullptr;
  Column<uint32_t> source, account_ref, user_ref, name, currency;
  Column<int64_t> occurred_at, known_at;  ///< Instant::micros
  Column<int64_t> seq, version;
  Column<int64_t> value;  ///< millionths; meaningful with kHasValue
  Column<uint8_t> flags;
  Column<uint64_t> property_end, id_end;
  std::span<const Cell> properties;
  std::string_view id_bytes;
  EventIndex index;
  int64_t last_seq = 0;  ///< the greatest of all rows

  [[nodiscard]] size_t size() const { return rows; }
  [[nodiscard]] bool has(size_t row, uint8_t flag) const { return (flags[row] & flag) != 0; }
  [[nodiscard]] std::string_view event_id(size_t row) const {
    const uint64_t begin = row == 0 ? 0 : id_end[row - 1];
    return id_bytes.substr(begin, id_end[row] - begin);
  }
  [[nodiscard]] std::span<const Cell> cells(size_t row) const {
    const uint64_t begin = row == 0 ? 0 : property_end[row - 1];
    return properties.subspan(begin, property_end[row] - begin);
  }
  /// The text of a code; empty for 0.
  [[nodiscard]] std::string_view text(uint32_t code) const {
    return code == 0 ? std::string_view() : texts->text(code);
  }
  /// The rows whose event key has this upper half (hardly ever more than one id's), as positions in index.key_row.
  [[nodiscard]] std::span<const uint32_t> rows_of_key(uint64_t high) const;
};

/// Event versions in memory, made row by row.
class EventTable {
 public:
  EventTable() = default;
  EventTable(EventTable&&) = default;
  EventTable& operator=(EventTable&&) = default;

  void add(const EventFact& event);
  /// Appends all rows of another table.
  void add(const EventTable& other);
  [[nodiscard]] size_t size() const { return key_.size(); }
  /// Views of the rows so far; they end with the next add() and with the table.  Makes the index when it is not there.
  [[nodiscard]] EventView view() const;

  Dictionary texts;

 private:
  friend class EventTableFiller;
  struct Index {
    std::vector<uint64_t> key;
    std::vector<uint32_t> key_row;
    std::vector<EventIndex::Run> runs;
    std::vector<EventIndex::Loose> loose;
    int64_t last_seq = 0;
  };

  std::vector<uint64_t> key_;
  std::vector<uint32_t> source_, account_ref_, user_ref_, name_, currency_;
  std::vector<int64_t> occurred_at_, known_at_, seq_, version_, value_;
  std::vector<uint8_t> flags_;
  std::vector<uint64_t> property_end_, id_end_;
  std::vector<EventView::Cell> properties_;
  std::string id_bytes_;
  mutable std::unique_ptr<Index> index_;  ///< of the rows when view() was last called
};

/// Appends rows to an EventTable column by column: every column must get the same number of values before the table is
/// read.
class EventTableFiller {
 public:
  explicit EventTableFiller(EventTable& table)
      : source(table.source_),
        account_ref(table.account_ref_),
        user_ref(table.user_ref_),
        name(table.name_),
        currency(table.currency_),
        occurred_at(table.occurred_at_),
        known_at(table.known_at_),
        seq(table.seq_),
        version(table.version_),
        value(table.value_),
        flags(table.flags_),
        key(table.key_),
        property_end(table.property_end_),
        id_end(table.id_end_),
        properties(table.properties_),
        id_bytes(table.id_bytes_) {}
  void reserve(size_t rows);

  std::vector<uint32_t>&source, &account_ref, &user_ref, &name, &currency;
  std::vector<int64_t>&occurred_at, &known_at, &seq, &version, &value;
  std::vector<uint8_t>& flags;
  std::vector<uint64_t>&key, &property_end, &id_end;  ///< key: the upper half of event_key
  std::vector<EventView::Cell>& properties;
  std::string& id_bytes;
};

}  // namespace kenko::facts
