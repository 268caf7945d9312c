// mapping/map_record.h
//
// Turns a raw record into facts or into a reject.  Pure: the same record, repeat and context give the same facts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "base/time_zone.h"
#include "facts/fact.h"
#include "mapping/mapping.h"
#include "mapping/record.h"

namespace kenko::mapping {

/// What an import knows besides the record.
struct MapContext {
  std::string source;        ///< name of the source, not empty
  TimeZone zone;             ///< the workspace's
  std::optional<Day> as_of;  ///< the day of snapshots that do not say it themselves
  std::string scope;         ///< the snapshot's scope given on import; empty = none
  Instant now;               ///< known_at of facts whose source records when they came in
  std::string file_name;     ///< chooses the rules; never part of an id
};

/// What became of one record.
///
/// mapped:   `facts` holds at least one fact.  An attribute row whose cells are all empty counts as mapped, too.
/// rejected: `facts` is empty, `reject` says why (code "filtered": no rule takes it).
/// ignored:  the mapping leaves it out on purpose (`ignore`, or no rule takes it and `others: ignored`).
enum class Outcome : uint8_t { mapped, rejected, ignored };

struct Mapped {
  Outcome outcome = Outcome::mapped;
  facts::FactSet facts;  ///< Recorded::seq is 0: the importer sets it
  Reject reject;
  int64_t rounded = 0;                  ///< numbers that had more than 6 places
  std::vector<facts::EventFact> spare;  ///< events of earlier records: only their memory is used, again and again
};

/// Applies a mapping to the records of one file.
///
/// Facts get raw, rule, mapping fingerprint, and known_at by the mapping's `known_at` (assumed: the fact's own time).
/// Snapshot rows get scope = rule name, or rule name + "/" + the given scope.
/// Ownership: keeps references to the mapping.  Threads: one each.
class Mapper {
 public:
  Mapper(const Mapping& mapping, MapContext context);
  ~Mapper();
  Mapper(Mapper&&) noexcept;
  Mapper& operator=(Mapper&&) noexcept;

  /// `raw` is RawHasher's hash of the record, `repeat` how many records with it stand before this one in the same file.
  /// Clears `out` first.
  void map_record(const RawRecord& record, const Hash128& raw, int64_t repeat, Mapped& out);

  /// Ids of the events that this record can have given under any of `rule_names` (every name that the source's rules
  /// ever had), as the current or an earlier mapping would have named them, sorted.  An event found under one of them
  /// that has the same `raw` and is not among the record's facts now was given by an earlier mapping: delete it.
  void candidate_ids(const RawRecord& record, const Hash128& raw, int64_t repeat,
                     std::span<const std::string> rule_names, std::vector<std::string>& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kenko::mapping
