// segments/manifest.h
//
// What outside readers (DuckDB, pandas, Spark) open: DIR/events/manifest.json and views.sql.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// What the manifest names when every id has one version: a file without rows, so that a reader's query is always the
/// same.
inline constexpr std::string_view kNoVersions = "versions-0.parquet";

/// The content of manifest.json for this catalog.
[[nodiscard]] std::string manifest_text(const ports::Snapshot& snapshot);
/// The content of views.sql: a view `events` of current truth for DuckDB, by what the manifest says.
[[nodiscard]] std::string views_text();
/// Replaces DIR/events/manifest.json so that it lists exactly this catalog.  Call after the commit; a reader of the
/// older one finds its files for the grace time.
[[nodiscard]] Status publish_manifest(const std::string& dir, const ports::Snapshot& snapshot);

}  // namespace kenko::segments
