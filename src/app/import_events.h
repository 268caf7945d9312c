// app/import_events.h
//
// Exactly once: decides what each mapped event does to what is stored.  docs/SEMANTICS.md#facts, and the rules below.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/mapped_batch.h"
#include "app/pending_events.h"
#include "base/hash.h"
#include "base/result.h"
#include "facts/fact.h"
#include "segments/key_index.h"
#include "segments/version_reader.h"

namespace kenko::app {

/// What became of a row, as bits.
enum RowFate : uint8_t { kAdded = 1, kCorrected = 2, kAlready = 4, kDeleted = 8 };

/// A mapped event, with the row (of the chunk) that gave it.
struct Candidate {
  segments::EventRows* events = nullptr;
  uint32_t index = 0;  ///< in `events`
  uint32_t row = 0;

  [[nodiscard]] segments::EventRow& event() const { return (*events)[index]; }
};

/// Decides chunks of rows against the stored versions and the pending ones.
///
/// Rules, for an event with the winning version W of its id:
///   no W: added.  Same content: already there (a greater version number is stored all the same, so that what lies
///   between arrives too late).  Same raw record as W, other content: the mapping was mended; a new version that takes
///   over known_at of W.  Smaller version number: already there, stored when it was never seen.  Content or raw record
///   of an earlier version, version numbers equal: already there (an old export; of a deletion, which has no content,
///   the raw record alone).  Else: corrected, known now.  An id given earlier by the same raw record and no longer: a
///   deletion that takes over known_at.
class EventDecider {
 public:
  /// `pending` receives the new versions; `leaving` are those that are being written into a segment (none = null) and
  /// may change from chunk to chunk.
  EventDecider(segments::VersionReader& reader, const segments::KeyIndex& index, PendingEvents& pending,
               const PendingEvents* const& leaving, Instant now, int64_t& next_seq)
      : reader_(reader), index_(index), pending_(pending), leaving_(leaving), now_(now), next_seq_(next_seq) {}

  /// `candidates` and `given` are ascending by row; `fates` has a place for each row.  `known_by_column`: the source
  /// says itself when a fact could be known.  Returns the number of deleted events.
  [[nodiscard]] Result<int64_t> decide(std::span<const Candidate> candidates, std::span<const Given> given,
                                       bool known_by_column, uint64_t mapping, std::vector<uint8_t>& fates);

 private:
  /// One version of the id at hand.  known = false: stored and equal to the candidate; not read.
  struct Version {
    uint64_t content = 0;
    int64_t version = 0;
    bool known = false;
    bool deleted = false;
    Hash128 raw;
    facts::Recorded recorded;
    const facts::EventFact* stored = nullptr;  // in a segment, else in the list
    const PendingEvents* list = nullptr;
    uint32_t position = 0;
  };

  Status look_up(std::span<const Candidate> candidates, std::span<const Given> given);
  Status read_stored(const std::vector<Hash128>& keys);
  [[nodiscard]] bool is_pending(const Hash128& key) const;
  void prefetch(const Hash128& key) const;
  void collect(const Hash128& key, segments::Found found, uint64_t content, int64_t version);
  void collect(const Hash128& key, const PendingEvents& list);
  [[nodiscard]] const Version* winner() const;
  uint8_t decide_event(const Candidate& candidate, segments::Found found, const facts::Recorded* replaced,
                       bool known_by_column);
  bool delete_given(const Given& given, segments::Found found, uint64_t mapping, facts::Recorded& replaced);
  void store(const Candidate& candidate);

  segments::VersionReader& reader_;
  const segments::KeyIndex& index_;
  PendingEvents& pending_;
  const PendingEvents* const& leaving_;
  Instant now_;
  int64_t& next_seq_;

  std::vector<segments::Found> found_;    // by candidate, then by given; empty = nothing is stored
  std::vector<facts::EventFact> stored_;  // versions read for this chunk, sorted by key
  std::vector<uint64_t> stored_content_;  // of each
  std::unordered_map<Hash128, std::pair<uint32_t, uint32_t>> stored_of_key_;
  std::vector<Version> versions_;  // of the key at hand
  const segments::EventRows* words_of_ = nullptr;
  std::vector<uint32_t> words_;  // from words_of_ to the pending events
};

}  // namespace kenko::app
