// state/examine.h
//
// For `kenko doctor`: what can be wrong within state.db and the intake's files.  Only reads.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"
#include "base/result.h"

namespace kenko::state {

/// SQLite's own check of a database file.  `quick` leaves out what compares indexes with tables.  Problems:
/// "state-damaged" (at most ten) and those of opening it.
[[nodiscard]] Problems examine_database(const std::string& path, bool quick);

/// Every commit number of a fact was given out (it is below next_seq), and to one fact alone (the rows of a snapshot
/// share one).  Problems: "number-not-given", "number-twice", "catalog-wrong" (a row of the catalog contradicts
/// itself).
[[nodiscard]] Problems examine_numbers(const std::string& dir);

/// Nothing was recorded later than `now`.  Problems: "clock-behind"; a warning "known-in-future" for facts whose source
/// says itself when they were known.
[[nodiscard]] Problems examine_times(const std::string& dir, Instant now);

/// The intake's files are there, hold numbers of their ranges alone, and the ranges do not overlap.  Problems:
/// "intake-missing", "intake-wrong", and those of examine_database.
[[nodiscard]] Problems examine_intake(const std::string& dir, bool quick);

/// How many events of the intake lie in no segment yet.
[[nodiscard]] Result<int64_t> count_unsealed(const std::string& dir);

}  // namespace kenko::state
