// app/record_counts.h
//
// How often each raw record of a file was seen.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace kenko::app {

/// Counts by hash.  Memory: 21 to 43 bytes for each different record.  Threads: one.
class RecordCounts {
 public:
  /// How many times `raw` was counted before; counts it.
  int64_t count(const Hash128& raw) {
    if (raw == kEmpty) return empties_++;
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    Hash128& slot = find(raw);
    if (slot == raw) return ++more_[raw];
    slot = raw;
    ++used_;
    return 0;
  }
  /// Brings near what count(raw) will look at.
  void prefetch(const Hash128& raw) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[raw.low & (slots_.size() - 1)], 1);
  }

 private:
  static constexpr Hash128 kEmpty{};

  Hash128& find(const Hash128& raw) {
    const size_t mask = slots_.size() - 1;
    size_t at = raw.low & mask;
    while (slots_[at] != kEmpty && slots_[at] != raw) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    constexpr size_t kFirst = 1024;
    std::vector<Hash128> before(slots_.empty() ? kFirst : slots_.size() * 2);
    before.swap(slots_);
    for (const Hash128& raw : before) {
      if (raw != kEmpty) find(raw) = raw;
    }
  }

  std::vector<Hash128> slots_;  // open addressing, a power of two
  size_t used_ = 0;
  int64_t empties_ = 0;                        // of the hash that marks free slots
  std::unordered_map<Hash128, int64_t> more_;  // beyond the first; only looked up, never walked
};

}  // namespace kenko::app
