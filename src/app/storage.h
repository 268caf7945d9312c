// app/storage.h
//
// What a workspace takes on the disk, for kenko status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"

namespace kenko::app {

/// The files of one kind.
struct StorageFolder {
  std::string name;  ///< "events", "intake", "scores", "cache", "state.db", "yours"
  int64_t files = 0, bytes = 0;
};

struct StorageStatus {
  int64_t segments = 0, stored_events = 0;  ///< every version
  int64_t key_files = 0;
  int64_t intake_files = 0, unsealed_events = 0;
  std::optional<Day> closed_through;  ///< the last day whose scores were published by a close
  int64_t publications = 0;
  std::vector<StorageFolder> folders;   ///< in a fixed order
  [[nodiscard]] int64_t bytes() const;  ///< of all folders
};

[[nodiscard]] Result<StorageStatus> read_storage(const std::string& dir);

}  // namespace kenko::app
