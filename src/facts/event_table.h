// facts/event_table.h
//
// Many event versions in columns: what storage reads and identity::resolve consumes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "facts/dictionary.h"
#include "facts/fact.h"

namespace kenko::facts {

/// Texts end to end, addressed by row.
class TextColumn {
 public:
  void push(std::string_view s) {
    bytes_ += s;
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::string_view operator[](size_t row) const {
    const uint64_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(begin, ends_[row] - begin);
  }
  [[nodiscard]] size_t size() const { return ends_.size(); }

 private:
  std::string bytes_;
  std::vector<uint64_t> ends_;
};

/// Versions of events, one row each, in any order.
///
/// Codes:      source, account_ref, user_ref, name, currency, property keys and values are codes of `texts`; 0 = none.
/// Invariants: all columns have size() rows; property_end is the end of the row's cells in `properties`.
/// Left out:   what scoring does not need (raw, rule, mapping); storage keeps it.
struct EventTable {
  struct Cell {
    uint32_t key = 0;
    uint32_t value = 0;
  };

  Dictionary texts;
  std::vector<Hash128> key;  ///< event_key
  TextColumn event_id;
  std::vector<uint32_t> source, account_ref, user_ref, name, currency;
  std::vector<Instant> occurred_at, known_at;
  std::vector<int64_t> seq, version;
  std::vector<int64_t> value;  ///< millionths; meaningful when has_value
  std::vector<uint8_t> has_value, deleted, assumed;
  std::vector<uint64_t> property_end;
  std::vector<Cell> properties;

  [[nodiscard]] size_t size() const { return key.size(); }
  void add(const EventFact& event);
};

}  // namespace kenko::facts
