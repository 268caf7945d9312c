// app/import_batch.h
//
// What an import has read and decided and not committed yet: whole files, and the one that is being read.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "app/import_events.h"
#include "app/import_source.h"
#include "facts/fact.h"
#include "segments/writer.h"
#include "state/batch.h"

namespace kenko::app {

/// How many rows of each kind there are at some moment, to return to.
struct BatchMark {
  size_t events = 0, segments = 0, files = 0, rows = 0, rejects = 0, accepted = 0;
  size_t attributes = 0, contracts = 0, identities = 0, memberships = 0, rates = 0;
  int64_t rounded = 0;
};

/// Rows of whole files on their way into one commit.
///
/// Row counts of facts that are not events are only known when the batch is settled against state.db: until then their
/// rows wait in `rows_`.
class ImportBatch {
 public:
  PendingEvents events;                            ///< decided, in no segment yet
  std::vector<segments::WrittenSegment> segments;  ///< not committed
  std::vector<state::FileCounts> files;            ///< the last one may still be being read
  std::vector<state::Reject> rejects;
  std::vector<Hash128> accepted;
  int64_t rounded = 0;

  /// Counts a row of the last file whose events came to `fate` (RowFate bits) and that gave `facts` besides (null =
  /// none; events are not looked at).  Facts are moved away.
  void add_row(uint8_t fate, facts::FactSet* facts);
  [[nodiscard]] size_t size() const { return events.size() + facts_.attributes.size() + facts_.contracts.size(); }
  [[nodiscard]] bool empty() const { return files.empty(); }

  [[nodiscard]] BatchMark mark() const;
  void roll_back(const BatchMark& mark);

  /// Puts the facts that are not events into `out`, of each key the last one.
  void fill(state::Batch& out);
  /// Counts the waiting rows by what `outcomes` says of the batch that fill() made.  What corrects something else was
  /// known at `now`, unless its source says itself when (`known_by_column`); a snapshot that replaces one is known then
  /// as a whole.  `out` is that batch.
  void settle(const state::Outcomes& outcomes, Instant now, bool known_by_column, state::Batch& out);

 private:
  struct Row {
    uint32_t file = 0;
    uint8_t fate = 0;
  };
  /// Where each fact of one kind went: the row that gave it, its place in the batch, and what it repeats.
  struct Sorting {
    enum class Repeat : uint8_t { none, equal, other };
    std::vector<uint32_t> row, place;
    std::vector<Repeat> repeat;
  };
  template <typename Fact>
  static void keep_last(const std::vector<Fact>& facts, Sorting& sorting, std::vector<Fact>& kept);
  void count(const Sorting& sorting, const std::vector<state::Outcome>& outcomes);
  static void count_row(state::FileCounts& counts, uint8_t fate);
  void split_snapshots(const std::vector<facts::AttributeFact>& kept, state::Batch& out);

  facts::FactSet facts_;  // without events; snapshot rows are among the attributes
  std::vector<Row> rows_;
  Sorting attributes_, contracts_, identities_, memberships_, rates_;
  struct AttributePlace {
    bool in_snapshot = false;
    uint32_t take = 0, index = 0;
  };
  std::vector<AttributePlace> attribute_place_;  // by place of Sorting
};

}  // namespace kenko::app
