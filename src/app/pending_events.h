// app/pending_events.h
//
// New versions of events that are decided and in no segment yet, found by key.
#pragma once

#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "segments/event_rows.h"

namespace kenko::app {

/// A list of event versions with an index by key.
///
/// Invariants: of one key, later versions have greater seq.  Ownership: clear() keeps the memory.  Threads: one; reads
/// from many.
class PendingEvents {
 public:
  /// A copy of `row` of `from`; `words` as in EventRows::add.
  segments::EventRow& add(const segments::EventRow& row, const segments::EventRows& from, std::vector<uint32_t>& words);
  segments::EventRow& add(const facts::EventFact& event);
  /// Position + 1 of the last version of a key; 0 = none.
  [[nodiscard]] uint32_t find(const Hash128& key) const;
  /// The version of the same key before the one at `position`, as position + 1; 0 = none.
  [[nodiscard]] uint32_t before(uint32_t position) const { return before_[position]; }
  [[nodiscard]] const segments::EventRows& rows() const { return rows_; }
  [[nodiscard]] size_t size() const { return rows_.size(); }
  /// Brings near what find(key) will look at.
  void prefetch(const Hash128& key) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[key.low & (slots_.size() - 1)]);
  }
  /// Forgets everything from the `count`-th on.
  void shrink(size_t count);
  void clear();

 private:
  [[nodiscard]] size_t slot_of(const Hash128& key) const;
  void place(uint32_t position);
  void make_room();

  segments::EventRows rows_;
  std::vector<uint32_t> before_;
  // Open addressing: the upper half of key.high and the position + 1 of the last version of a key; 0 = free.
  std::vector<uint64_t> slots_;
};

}  // namespace kenko::app
