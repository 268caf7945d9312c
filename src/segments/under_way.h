// segments/under_way.h
//
// A merge of stored files that goes on beside those who write segments.
#pragma once

#include <cstdint>
#include <vector>

#include "ports/fact_store.h"

namespace kenko::segments {

/// What others in the process leave to a merge that is under way: its numbers, the key files that it may replace, and
/// every file that no catalog names, because some are its own.
struct MergeUnderWay {
  bool any = false;
  int64_t segment = 0, key_file = 0;  ///< the numbers of what it makes
  std::vector<int64_t> key_files;     ///< ids

  /// A merge that was chosen in this catalog.
  [[nodiscard]] static MergeUnderWay in(const ports::Snapshot& live);
};

}  // namespace kenko::segments
