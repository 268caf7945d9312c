// segments/writer.h
//
// Writes immutable event segments: a Parquet file, its ids as a key file, and what the catalog must say of them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/fact.h"
#include "ports/fact_store.h"
#include "segments/event_rows.h"
#include "segments/under_way.h"

namespace kenko::segments {

/// A batch of events on disk that no catalog names yet.
struct WrittenSegment {
  ports::SegmentInfo segment;
  ports::KeyFileInfo keys;       ///< of its ids
  std::vector<Hash128> deleted;  ///< ids of its deletions
};

/// Requires the workspace's write lock while it lives.
///
/// Use: open; write() for each batch of up to about a million events; prepare() the catalog change for those to keep;
/// commit that in state; committed(); publish_manifest().
class Writer {
 public:
  /// Removes files in DIR/events that `live` does not name (what a killed writer left, and replaced files that were
  /// forgotten: see Database::forget_replaced) and opens DuckDB.
  ///
  /// beside: someone merges files in a thread of his own, now or soon, so that merging here is kept small; while
  /// that is under way, nothing is removed.  It must not begin or end while this writer lives.
  [[nodiscard]] static Result<Writer> open(const std::string& dir, const ports::Snapshot& live,
                                           std::optional<MergeUnderWay> beside = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// Writes one segment, sorted by (source, account_ref, occurred_at, event_id, seq), and its key file.  Both are
  /// durable when it returns. Requires: at least one event; texts are UTF-8 ("duckdb-failed" otherwise); seq set, above
  /// those of the segments written before.
  [[nodiscard]] Result<WrittenSegment> write(std::span<const facts::EventFact> events, Instant now);
  /// The same for the rows [first, first + count).
  [[nodiscard]] Result<WrittenSegment> write(const EventRows& events, size_t first, size_t count, Instant now);

  /// What committing `written` changes in the catalog: the segments and their ids, so merged with older key files that
  /// at most kMaxKeyFiles are live, and a new versions file when an id now has several versions or is deleted.
  /// Everything it names is durable when it returns.
  [[nodiscard]] Result<ports::CatalogChange> prepare(std::span<const WrittenSegment> written);
  /// The change is committed and `live` is the catalog now: builds on it from now on, and removes what prepare() made
  /// superfluous.
  void committed(const ports::Snapshot& live);
  /// The catalog as this writer knows it.
  [[nodiscard]] const ports::Snapshot& live() const;

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::segments
