// state/backup.h
//
// One consistent copy of state.db or of an intake file, while others read and write it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::state {

/// Copies the database file `from` as it is at one instant to `to`, which must not exist: one file, flushed to disk,
/// without a log beside it.  Nobody is kept waiting and `from` is not changed.  Problems: those of Database; on failure
/// there may be a part of `to`.
[[nodiscard]] Status back_up_database(const std::string& from, const std::string& to);

/// The same for an intake file, without the events whose number is not below `end_seq`: they belong to a later state.
[[nodiscard]] Status back_up_intake(const std::string& from, const std::string& to, int64_t end_seq);

/// The files that a state.db names, by folder; each list is sorted, without doubles.
struct NamedFiles {
  int64_t next_seq = 1;             ///< its first number that is not given out
  std::vector<std::string> events;  ///< in DIR/events: segments, key files, the versions file
  std::vector<std::string> intake;  ///< in DIR/intake
  std::vector<std::string> scores;  ///< in DIR; begin with "scores/"
};

/// What the state.db in `dir` names.
[[nodiscard]] Result<NamedFiles> named_files(const std::string& dir);

}  // namespace kenko::state
