// segments/manifest.h
//
// What outside readers (DuckDB, pandas, Spark) open: DIR/events/manifest.json and views.sql.
#pragma once

#include <string>

#include "base/result.h"
#include "ports/fact_store.h"

namespace kenko::segments {

/// The content of manifest.json for this catalog.
[[nodiscard]] std::string manifest_text(const ports::Snapshot& snapshot);
/// Replaces DIR/events/manifest.json so that it lists exactly this catalog.  Call after the commit; a reader of the
/// older one finds its files for the grace time.
[[nodiscard]] Status publish_manifest(const std::string& dir, const ports::Snapshot& snapshot);

}  // namespace kenko::segments
