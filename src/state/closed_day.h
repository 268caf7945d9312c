// state/closed_day.h
//
// A day that was closed: its rows of the published history stand in a file of scores/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/day.h"
#include "base/hash.h"

namespace kenko::state {

/// One closed day.  Never changed and never taken back.
///
/// Invariants: closed days follow each other without a gap; scores_file is empty exactly when rows and revisions are 0.
struct ClosedDay {
  Day day;
  Instant known_until;           ///< the close of the day: what became known later is not in its rows
  Instant at;                    ///< when it was written
  int64_t next_seq = 1;          ///< facts with this commit number or a later one were not there yet
  std::string model;             ///< its name
  Hash128 fingerprint;           ///< of its meaning
  std::string scores_file;       ///< in the workspace: scores/NAME.parquet
  int64_t rows = 0;              ///< first rows: the day's own
  std::optional<Hash128> rules;  ///< of the files that said how to act (state/action.h); none = there were none
  int64_t revisions = 0;         ///< rows of earlier days, changed by facts that became known since the close before
};

}  // namespace kenko::state
