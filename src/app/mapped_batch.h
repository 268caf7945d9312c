// app/mapped_batch.h
//
// What the records of a batch say: facts, rejects, and the ids under which they can have given events before.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "app/record_batch.h"
#include "base/hash.h"
#include "facts/fact.h"
#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "segments/event_rows.h"

namespace kenko::app {

/// An id that a row can have given under an earlier mapping and does not give now.
struct Given {
  Hash128 key;
  Hash128 raw;
  uint32_t row = 0;
};

/// One row of a batch.  The members *_end are the ends of what it has in the lists of the MappedBatch.
struct MappedRow {
  Hash128 raw;
  mapping::Outcome outcome = mapping::Outcome::mapped;
  uint32_t event_end = 0, given_end = 0;
  uint32_t rest = 0;    ///< position + 1 of its facts that are no events; 0 = none
  uint32_t reject = 0;  ///< position + 1; 0 = none
  uint32_t rounded = 0;
};

/// The rows of a batch, mapped.  Ownership: owns everything; clear() keeps the memory.
struct MappedBatch {
  struct Rejected {
    mapping::Reject why;
    std::string text;
  };
  std::vector<MappedRow> rows;
  segments::EventRows events;
  std::vector<Given> given;  ///< row is not set
  std::vector<facts::FactSet> rests;
  std::vector<Rejected> rejects;
  /// (source, name) of the events, as words of `events`, each at least once; name 0 = only deletions so far.
  std::vector<std::pair<uint32_t, uint32_t>> seen;

  void clear();
  [[nodiscard]] uint32_t first_event(size_t row) const { return row == 0 ? 0 : rows[row - 1].event_end; }
  [[nodiscard]] uint32_t first_given(size_t row) const { return row == 0 ? 0 : rows[row - 1].given_end; }
};

/// What mapping the records of a file needs besides them.
struct BatchMapping {
  std::shared_ptr<const mapping::Mapping> mapping;
  mapping::MapContext context;
  std::vector<std::string> rule_names;  ///< every name that a rule of the source ever had; empty = nothing to look for
};

/// Maps records one after the other.  Threads: one each; keeps references to `what`.
class BatchMapper {
 public:
  explicit BatchMapper(const BatchMapping& what) : what_(what), mapper_(*what.mapping, what.context) {}

  /// All rows, as if no record stood in the file twice.
  void map(const RecordBatch& records, MappedBatch& out);
  /// Adds one record that has `repeat` equal ones before it.
  void map_one(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat, MappedBatch& out);

 private:
  void add_events(MappedBatch& out);
  void add_given(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat, size_t first_event,
                 MappedBatch& out);
  void see(const segments::EventRow& event, MappedBatch& out);

  const BatchMapping& what_;
  mapping::Mapper mapper_;
  mapping::RawHasher hasher_;
  mapping::Mapped mapped_;
  std::vector<std::string> ids_;
  std::vector<uint64_t> recently_seen_;
};

}  // namespace kenko::app
