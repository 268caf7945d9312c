// state/publication.h
//
// A model that was published: what the company says its health score is, from then on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/day.h"
#include "base/hash.h"

namespace kenko::state {

/// One publication.  Never changed and never taken back: the next one follows it.
///
/// Invariants: numbers count from 1; rows > 0 exactly when there are scores_file, first_day and last_day.
struct Publication {
  int64_t number = 0;  ///< given by the database
  Instant at;
  std::string author, reason;
  std::string model;                       ///< its name: models/NAME.yaml
  Hash128 fingerprint;                     ///< of its meaning
  std::string text;                        ///< the file as it was
  std::string scores_file;                 ///< in the workspace: scores/NAME.parquet; empty = there were no facts
  int64_t rows = 0;                        ///< of scores_file
  std::optional<Day> first_day, last_day;  ///< of scores_file
};

}  // namespace kenko::state
