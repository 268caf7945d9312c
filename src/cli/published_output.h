// cli/published_output.h
//
// kenko history --as-published and --revisions: rows of the published history as they are read.
#pragma once

#include "app/published.h"
#include "cli/output.h"

namespace kenko::cli {

/// Writes them to --out or standard output; CSV, JSON and Parquet without holding them all.
[[nodiscard]] Exit write_published_history(const Common& common, const app::PublishedRequest& request);

}  // namespace kenko::cli
