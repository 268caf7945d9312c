// segments/key_index.h
//
// Exactly once: which event ids are stored, and with what content.  Sorted key files, mapped, searched by merging.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// An event id and what it says: event_key(...) and the low half of content_hash(...).
struct KeyedContent {
  Hash128 key;
  uint64_t content = 0;
  friend auto operator<=>(const KeyedContent&, const KeyedContent&) = default;
};
[[nodiscard]] KeyedContent keyed_content(const facts::EventFact& event);

/// What is known of a key.  absent: not stored.  same: one version, the same content.  other: one version, other
/// content. several: more than one version: read_versions tells which one counts.
enum class Found : uint8_t { absent, same, other, several };

/// The key files of a set of segments.  Threads: lookups from many.
class KeyIndex {
 public:
  /// A missing or damaged key file is made again from its Parquet file.
  [[nodiscard]] static Result<KeyIndex> open(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);
  KeyIndex(KeyIndex&&) noexcept;
  KeyIndex& operator=(KeyIndex&&) noexcept;
  ~KeyIndex();

  /// Also looks into a segment written since, committed or not.
  [[nodiscard]] Status add(const ports::SegmentInfo& segment);
  /// One answer for each of `wanted`, which must be sorted by key (repeats allowed).
  [[nodiscard]] std::vector<Found> lookup(std::span<const KeyedContent> wanted) const;
  /// The segments (ids, ascending) that hold one of the keys, which must be sorted.
  [[nodiscard]] std::vector<int64_t> segments_of(std::span<const Hash128> keys) const;
  [[nodiscard]] uint64_t size() const;  ///< versions in all segments

 private:
  struct State;
  explicit KeyIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::segments
