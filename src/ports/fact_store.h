// ports/fact_store.h
//
// What the event segments need from the system of record: which segments are live, the events that are in none yet (the
// intake), and the facts that are not events.
// Module state implements it; module segments reads through it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "base/result.h"
#include "facts/fact.h"

namespace kenko::ports {

/// A row of the catalog: one immutable segment of events.  Only what a committed row names exists.
struct SegmentInfo {
  int64_t id = 0;           ///< 1, 2, 3 ...
  std::string events_file;  ///< name within DIR/events, e.g. "00000001.parquet"
  std::string source;       ///< empty = several
  int64_t rows = 0;
  int64_t first_seq = 0, last_seq = 0;
  Day first_day, last_day;  ///< UTC days of occurred_at
  Instant created;
  friend bool operator==(const SegmentInfo&, const SegmentInfo&) = default;
};

/// A sorted file of event ids.  The live ones together hold every version of every live segment; which of them holds
/// which has nothing to do with the segments' borders.
struct KeyFileInfo {
  int64_t id = 0;                       ///< 1, 2, 3 ...
  std::string file;                     ///< name within DIR/events, e.g. "00000001.keys"
  int64_t entries = 0;                  ///< different ids
  int64_t first_seq = 0, last_seq = 0;  ///< of the versions in it
  friend bool operator==(const KeyFileInfo&, const KeyFileInfo&) = default;
};

/// A file of DIR/events that no catalog row names any more, kept for a while for readers of an older manifest.
struct ReplacedFile {
  std::string file;
  Instant at;  ///< when it was replaced
  friend bool operator==(const ReplacedFile&, const ReplacedFile&) = default;
};

/// One consistent state of the workspace.
///
/// token: changes with every commit that changes a fact, but for events that arrive one by one: equal tokens and equal
///        intake_seq mean equal facts.  Random, never part of a result.
struct Snapshot {
  Hash128 token;
  int64_t next_seq = 1;                ///< the first commit number that is not given out
  int64_t generation = 0;              ///< grows with every change of the catalog
  int64_t intake_seq = 0;              ///< the greatest number in the intake; 0 = it is empty
  std::vector<SegmentInfo> segments;   ///< by id
  std::vector<KeyFileInfo> key_files;  ///< by first_seq, id
  std::string versions_file;           ///< name within DIR/events; empty = every id has one version, none is deleted
  std::vector<ReplacedFile> replaced;  ///< by name
};

/// What a commit changes in the catalog.  Files that leave it become `replaced`.
struct CatalogChange {
  std::vector<SegmentInfo> segments;         ///< new
  std::vector<int64_t> replaced_segments;    ///< ids
  std::vector<KeyFileInfo> key_files;        ///< new
  std::vector<int64_t> replaced_key_files;   ///< ids
  std::optional<std::string> versions_file;  ///< new name; nothing = as it was
  [[nodiscard]] bool empty() const {
    return segments.empty() && replaced_segments.empty() && key_files.empty() && replaced_key_files.empty() &&
           !versions_file;
  }
  /// The catalog as the change leaves it; token, next_seq and generation stay.
  void apply(Snapshot& snapshot, Instant at) const;
};

/// A snapshot with all facts that lie in no segment: `facts.events` is what people entered by hand and then the intake
/// (every version), the rest is everything that is not an event.
struct StoredFacts {
  Snapshot snapshot;
  facts::FactSet facts;
};

class FactStore {
 public:
  virtual ~FactStore() = default;
  [[nodiscard]] virtual Result<Snapshot> snapshot() = 0;
  /// Catalog and facts are read in one transaction, the intake behind it.  Attribute values that were taken back are
  /// left out; with `known_until` only those taken back by then.
  [[nodiscard]] virtual Result<StoredFacts> load_facts(const std::optional<Instant>& known_until = {}) = 0;
};

}  // namespace kenko::ports
