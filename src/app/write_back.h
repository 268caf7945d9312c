// app/write_back.h
//
// kenko write-back: the latest score, band and top reason of every account, under the CRM's own id, for other systems.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "notify/channels.h"
#include "notify/secrets.h"

namespace kenko::app {

/// Where rows go: a file or a table; write_back.yaml.
struct WriteBackTarget {
  std::string name;
  std::string source;  ///< whose ids: a source of kenko.yaml
  std::string file;    ///< ends with .csv or .parquet; the day is put before the ending; empty = a table
  std::string table;
  notify::SecretPlace url;
};
inline constexpr const char* kWriteBackFile = "write_back.yaml";

/// Targets of the workspace; none without the file.  Errors: all problems at once.
[[nodiscard]] Result<std::vector<WriteBackTarget>> read_write_back(const Workspace& workspace);

/// What a run did for one target.
struct WriteBackLine {
  std::string target, to;
  int64_t rows = 0;       ///< changed, and written
  int64_t unchanged = 0;  ///< as they were written last
  int64_t nameless = 0;   ///< accounts without an id in that source
  Problems problems;      ///< nothing was written
};

/// Writes what changed since the last time, of the last closed day.  What is written is remembered after it is there: a
/// kill in between writes the same rows again.
/// Errors: those of the file; "not-published"; "workspace-locked"; storage problems.
[[nodiscard]] Result<std::vector<WriteBackLine>> write_back(const Workspace& workspace,
                                                            const notify::SecretSource& secrets, bool dry_run);

}  // namespace kenko::app
