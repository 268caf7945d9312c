// state/intake_catalog.h
//
// The intake: events that arrived one by one and are in no segment yet, in rotated files that state.db names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facts/fact.h"
#include "ports/fact_store.h"

namespace kenko::state {

/// A row of the catalog: the file's events with a greater number than sealed_through count, the others lie in segments.
///
/// Numbers: those of its events were taken out of [first_seq, end_seq), out of which others may have got some, too.
///          Files in the order of their ids have ascending numbers.
/// sealed_through: first_seq - 1 when nothing of it is sealed.
struct IntakeFile {
  int64_t id = 0;    ///< never used again
  std::string file;  ///< name within DIR/intake, e.g. "00000001.db"
  int64_t first_seq = 0, end_seq = 0;
  int64_t sealed_through = 0;
  friend bool operator==(const IntakeFile&, const IntakeFile&) = default;
};

/// Numbers [first, end) that nobody else gets.
struct IntakeRange {
  IntakeFile file;
  int64_t first = 0, end = 0;
};

struct IntakeEvents {
  ports::Snapshot snapshot;
  std::vector<facts::EventFact> events;  ///< every version, by seq
};

}  // namespace kenko::state
