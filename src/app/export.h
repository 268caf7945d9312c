// app/export.h
//
// kenko export: the current truth of all facts as files for other programs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "segments/export.h"

namespace kenko::app {

struct ExportRequest {
  std::string out = "export";  ///< a folder, or one file for the events alone (ends with .parquet, .csv or .ndjson)
  std::string format;          ///< "parquet", "csv", "ndjson"; empty = by the ending of `out`, else parquet
};

struct ExportReport {
  /// Each file with its number of rows.
  std::vector<std::pair<std::string, int64_t>> files;
};

/// Writes what counts now, of one state of the workspace: events (also those in the intake and entered by hand),
/// attributes, contracts, identities, memberships, rates.  Versions that were replaced and deleted events are left out;
/// of attributes and contracts every value that holds on some day is there.  Problem "bad-option".
[[nodiscard]] Result<ExportReport> export_facts(const Workspace& workspace, const ExportRequest& request);

}  // namespace kenko::app
