// app/import.h
//
// kenko import: files -> raw records -> facts -> storage, each exactly once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/batch.h"

namespace kenko::app {

/// What to import.
struct ImportRequest {
  std::vector<std::string> inputs;  ///< files, folders, patterns
  std::string mapping_file;         ///< empty = that of the source in kenko.yaml, or Kenko's own columns
  std::string source;               ///< empty = the mapping's; "files" for Kenko's own columns
  std::optional<Day> as_of;         ///< the day of snapshots that do not say it themselves
  std::string scope;                ///< name of the part of the company that a snapshot is about; empty = all of it
  bool force = false;               ///< take a snapshot in which many accounts have vanished
  bool dry_run = false;             ///< do everything but write
  bool refresh_cache = true;        ///< false when more imports follow at once: the last one makes the cache again
  std::string command;              ///< what the user typed, for the list of imports
  int64_t batch_rows = 1'000'000;   ///< of a commit and of a segment; at least 1, less only in tests
};

struct ImportProgress {
  int64_t files_done = 0, files_total = 0;
  int64_t rows = 0;
  std::string file;  ///< being read
};

/// What kenko.yaml learned about a source.
struct SourceChange {
  std::string source;
  bool added = false;
  std::vector<std::string> emits;  ///< new names
  std::map<std::string, facts::AttributeType> attributes;
};

struct ImportReport {
  /// One file.  problems: the file could not be read, and nothing of it was imported; its counts are 0.
  struct File {
    state::FileCounts counts;
    Problems problems;
  };
  std::vector<File> files;  ///< in the order of the inputs
  state::FileCounts total;  ///< read = added + already + corrected + rejected + filtered; deleted events beside it
  std::vector<std::pair<std::string, int64_t>> rejects;  ///< by code, most first
  int64_t rounded = 0;                                   ///< numbers with more than 6 places
  std::vector<SourceChange> changes;                     ///< of kenko.yaml
  std::vector<std::string> sources;                      ///< that facts came from, sorted
  bool facts_changed = false;
  bool dry_run = false;
  /// Of the sources above; none on a dry run, when no fact changed, or when the cache was not made again.
  std::optional<int64_t> unmatched_events;

  [[nodiscard]] bool has_faults() const;
};

/// Imports files.
///
/// A file is imported as a whole or not at all: one that cannot be read is reported and the others are imported.  When
/// the mapping has snapshots, all files of the command are one unit, because together they are the snapshot: one bad
/// file and nothing is imported (problem "snapshot-incomplete"). Errors: what concerns the command as a whole (no file,
/// bad mapping, locked workspace, vanished accounts).  What was committed before an error stays; the same command again
/// completes it. Rows that give no fact are kept as rejects.  At the end the derived cache is made again.
[[nodiscard]] Result<ImportReport> import_files(const Workspace& workspace, const ImportRequest& request,
                                                const ports::Clock& clock,
                                                const std::function<void(const ImportProgress&)>& progress = {});

}  // namespace kenko::app
