// segments/event_rows.h
//
// Event versions on their way into a segment: a fixed number of bytes each, their texts end to end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text_arena.h"
#include "facts/dictionary.h"
#include "facts/fact.h"

namespace kenko::segments {

/// One event version, as facts::EventFact says it.
///
/// Texts: in the EventRows that holds the row; nullptr where there is none.  `properties` is canonical JSON
///        (properties_json.h).
/// Codes: source, name, currency (0 = none) and rule (0 = none) are words of that EventRows.
struct EventRow {
  Hash128 key;           ///< event_key
  uint64_t content = 0;  ///< low half of content_hash
  Hash128 raw;
  Instant occurred_at, known_at;
  int64_t seq = 0, version = 0;
  int64_t value = 0;  ///< millionths; meaningful when has_value
  uint64_t mapping = 0;
  const char *event_id = nullptr, *account_ref = nullptr, *user_ref = nullptr, *text = nullptr, *properties = nullptr;
  uint32_t event_id_size = 0, account_ref_size = 0, user_ref_size = 0, text_size = 0, properties_size = 0;
  uint32_t source = 0, name = 0, currency = 0, rule = 0;
  bool has_value = false, deleted = false, assumed = false;
};

/// A growing list of event versions.
///
/// Ownership: owns the texts.  clear() keeps the memory for what comes next.  Threads: one; reads from many.
class EventRows {
 public:
  EventRow& add(const facts::EventFact& event);
  /// The same with the key and the low half of the content hash, which are known already.
  EventRow& add(const facts::EventFact& event, const Hash128& key, uint64_t content);
  /// A copy of a row of `from`.  `words` translates the codes of `from`, 0 = not looked up yet; it is to be used for
  /// one pair of lists only, and cleared when one of them is.
  EventRow& add(const EventRow& row, const EventRows& from, std::vector<uint32_t>& words);

  [[nodiscard]] size_t size() const { return rows_.size(); }
  [[nodiscard]] EventRow& operator[](size_t i) { return rows_[i]; }
  [[nodiscard]] const EventRow& operator[](size_t i) const { return rows_[i]; }
  [[nodiscard]] std::span<const EventRow> rows() const { return rows_; }
  [[nodiscard]] std::string_view word(uint32_t code) const {
    return code == 0 ? std::string_view() : words_.text(code);
  }
  [[nodiscard]] uint32_t words() const { return words_.size(); }
  [[nodiscard]] facts::EventFact fact(size_t i) const;
  [[nodiscard]] std::string_view event_id(size_t i) const { return {rows_[i].event_id, rows_[i].event_id_size}; }

  void reserve(size_t rows) { rows_.reserve(rows); }
  void clear();
  /// Forgets the rows from the `count`-th on; their texts stay until clear().
  void shrink(size_t count) { rows_.resize(count); }

 private:
  uint32_t code_of(std::string_view word, uint32_t& last);
  const char* keep(const char* data, uint32_t size) {
    return data == nullptr ? nullptr : texts_.keep({data, size}).data();
  }

  std::vector<EventRow> rows_;
  TextArena texts_;
  facts::Dictionary words_;
  uint32_t last_source_ = 0, last_name_ = 0, last_currency_ = 0, last_rule_ = 0;
  std::string json_;
};

}  // namespace kenko::segments
