// app/import_events.h
//
// Exactly once: decides what each mapped event does to what is stored.  docs/SEMANTICS.md#facts, and the rules below.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "facts/fact.h"
#include "ports/fact_store.h"
#include "segments/key_index.h"

namespace kenko::app {

/// New versions that are decided and in no segment yet, found by key.
///
/// Invariants: of one key, later versions have greater seq.  Threads: one.
class PendingEvents {
 public:
  struct Entry {
    Hash128 key;
    uint64_t content = 0;
    uint32_t before = 0;  ///< the version of the same key before it, as position + 1; 0 = none
  };

  void add(facts::EventFact&& event, const Hash128& key, uint64_t content);
  /// Position + 1 of the last version of a key; 0 = none.
  [[nodiscard]] uint32_t find(const Hash128& key) const;
  [[nodiscard]] const Entry& entry(uint32_t position) const { return entries_[position]; }
  [[nodiscard]] const facts::EventFact& event(uint32_t position) const { return events_[position]; }
  [[nodiscard]] std::span<const facts::EventFact> events() const { return events_; }
  [[nodiscard]] size_t size() const { return events_.size(); }
  /// Forgets everything from the `count`-th on.
  void shrink(size_t count);

 private:
  void place(uint32_t position);
  void grow();

  std::vector<facts::EventFact> events_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // open addressing: position + 1 of the last version of a key
};

/// What became of a row, as bits.
enum RowFate : uint8_t { kAdded = 1, kCorrected = 2, kAlready = 4, kDeleted = 8 };

/// A mapped event, with the row (of the chunk) that gave it.
struct Candidate {
  facts::EventFact event;
  Hash128 key;
  uint64_t content = 0;
  uint32_t row = 0;
};

/// An id that the row can have given under an earlier mapping and does not give now.
struct Given {
  Hash128 key;
  Hash128 raw;
  uint32_t row = 0;
};

/// Decides chunks of rows against the stored versions and the pending ones.
///
/// Rules, for an event with the winning version W of its id:
///   no W: added.  Same content: already there (a greater version number is stored all the same, so that what lies
///   between arrives too late).  Same raw record as W, other content: the mapping was mended; a new version that takes
///   over known_at of W.  Smaller version number: already there, stored when it was never seen.  Content or raw record
///   of an earlier version, version numbers equal: already there (an old export).  Else: corrected, known now. An id
///   given earlier by the same raw record and no longer: a deletion that takes over known_at.
class EventDecider {
 public:
  EventDecider(std::string dir, const std::vector<ports::SegmentInfo>& segments, const segments::KeyIndex& index,
               PendingEvents& pending, Instant now, int64_t& next_seq)
      : dir_(std::move(dir)), segments_(segments), index_(index), pending_(pending), now_(now), next_seq_(next_seq) {}

  /// `candidates` and `given` are ascending by row; `fates` has a place for each row.  Events are moved away.
  /// `known_by_column`: the source says itself when a fact could be known.  Returns the number of deleted events.
  [[nodiscard]] Result<int64_t> decide(std::span<Candidate> candidates, std::span<const Given> given,
                                       bool known_by_column, uint64_t mapping, std::vector<uint8_t>& fates);

 private:
  struct Version {
    uint64_t content = 0;
    int64_t version = 0;
    int64_t seq = 0;
    const facts::EventFact* fact = nullptr;  // null = stored and equal to the candidate; not read
  };

  Status look_up(std::span<const Candidate> candidates, std::span<const Given> given);
  void collect(const Hash128& key, segments::Found found, uint64_t content, int64_t version);
  [[nodiscard]] const Version* winner() const;
  uint8_t decide_event(Candidate& candidate, segments::Found found, const facts::Recorded* replaced,
                       bool known_by_column);
  bool delete_given(const Given& given, segments::Found found, uint64_t mapping, facts::Recorded& replaced);
  void store(facts::EventFact&& event, const Hash128& key, uint64_t content);

  std::string dir_;
  const std::vector<ports::SegmentInfo>& segments_;
  const segments::KeyIndex& index_;
  PendingEvents& pending_;
  Instant now_;
  int64_t& next_seq_;

  std::vector<segments::Found> found_;    // by candidate, then by given
  std::vector<facts::EventFact> stored_;  // versions read for this chunk, sorted by key
  std::vector<uint64_t> stored_content_;  // of each
  std::unordered_map<Hash128, std::pair<uint32_t, uint32_t>> stored_of_key_;
  std::vector<Version> versions_;  // of the key at hand
};

}  // namespace kenko::app
