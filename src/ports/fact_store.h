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
  std::string keys_file;    ///< name within DIR/events, e.g. "00000001.keys"
  std::string source;       ///< empty = several
  int64_t rows = 0;
  int64_t first_seq = 0, last_seq = 0;
  Day first_day, last_day;  ///< UTC days of occurred_at
  Instant created;
  friend bool operator==(const SegmentInfo&, const SegmentInfo&) = default;
};

/// One consistent state of the workspace.
///
/// token: changes with every commit that changes a fact; equal tokens mean equal facts.  Random, never part of a
/// result.
struct Snapshot {
  Hash128 token;
  std::vector<SegmentInfo> segments;  ///< by id
};

/// A snapshot with all facts that lie in no segment: `facts.events` is the intake (every version), the rest is
/// everything that is not an event.
struct StoredFacts {
  Snapshot snapshot;
  facts::FactSet facts;
};

class FactStore {
 public:
  virtual ~FactStore() = default;
  [[nodiscard]] virtual Result<Snapshot> snapshot() = 0;
  /// Both parts are read in one transaction.  Attribute values that were taken back are left out; `known_until` leaves
  /// out only those that were taken back by then.
  [[nodiscard]] virtual Result<StoredFacts> load_facts(const std::optional<Instant>& known_until = {}) = 0;
};

}  // namespace kenko::ports
