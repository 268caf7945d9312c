// segments/writer.h
//
// Writes immutable event segments: a Parquet file and a key file beside it.  A segment is live once the catalog names
// it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/fact.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// Requires the workspace's write lock while it lives.
///
/// Use: open; write() for each batch of up to about a million events; commit the returned rows in state; publish().
class Writer {
 public:
  /// Removes files in DIR/events that no row of `catalog` names (what a killed writer left) and opens DuckDB.
  [[nodiscard]] static Result<Writer> open(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// Writes one segment, sorted by (source, account_ref, occurred_at, event_id, seq).  Both files are durable when it
  /// returns. Requires: at least one event; texts are UTF-8 ("duckdb-failed" otherwise); seq set.
  [[nodiscard]] Result<ports::SegmentInfo> write(std::span<const facts::EventFact> events, Instant now);

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Replaces DIR/events/manifest.json, which outside readers use, so that it lists exactly `catalog`.  Call after the
/// commit.
[[nodiscard]] Status publish_manifest(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);

}  // namespace kenko::segments
