// segments/key_entry.h
//
// An event id and what its version that counts says, as the key files hold it.
#pragma once

#include <compare>
#include <cstdint>

#include "base/hash.h"
#include "facts/fact.h"

namespace kenko::segments {

/// What is asked of the key files: event_key(...) and a hash of 62 bits of what the event says and its version number.
struct KeyedContent {
  Hash128 key;
  uint64_t content = 0;
  friend auto operator<=>(const KeyedContent&, const KeyedContent&) = default;
};
inline constexpr uint64_t kContentBits = (uint64_t{1} << 62U) - 1;

[[nodiscard]] KeyedContent keyed_content(const facts::EventFact& event);
/// `content_low`: the low half of content_hash(...).
[[nodiscard]] KeyedContent keyed_content(const Hash128& key, uint64_t content_low, int64_t version);

/// A stored entry: 24 bytes, the same in memory and in the file.
///
/// Its content is that of the version which counts, as far as the versions in this file go.  several: there is more
/// than one.  versioned: one has a version number other than 0 (or which one counts is not known), so that a greater
/// seq alone does not decide.
struct KeyEntry {
  Hash128 key;
  uint64_t bits = 0;  ///< content, several (bit 62), versioned (bit 63)

  [[nodiscard]] uint64_t content() const { return bits & kContentBits; }
  [[nodiscard]] bool several() const { return (bits & kSeveral) != 0; }
  [[nodiscard]] bool versioned() const { return (bits & kVersioned) != 0; }
  static constexpr uint64_t kSeveral = uint64_t{1} << 62U;
  static constexpr uint64_t kVersioned = uint64_t{1} << 63U;
};
static_assert(sizeof(KeyEntry) == 24 && alignof(KeyEntry) == 8);

}  // namespace kenko::segments
