// app/published.h
//
// The published history: what was said of each day when it closed, when facts became known later, and when a model was
// published.  docs/SEMANTICS.md#published-history.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

struct PublishedRequest {
  std::optional<Day> from, to;
  std::vector<std::string> accounts;  ///< ids or names; empty = all
  bool revisions = false;             ///< everything that was ever said; else of each day only what was said first
};

/// A column of the published history.
struct PublishedColumn {
  std::string name;
  bool number = false;  ///< its cells are numbers
};

/// Receives the columns once, then each row in the order in which they were said, within one close (or publication) by
/// account and day, first rows before revisions.  nullopt = null.  Views are valid during the call.
struct PublishedSink {
  std::function<void(const std::vector<PublishedColumn>& columns)> header;
  std::function<Status(std::span<const std::optional<std::string_view>> cells)> row;
};

/// Streams: memory does not grow with the number of rows.
/// Errors: "not-published" when there is no published history; "unknown-account", "ambiguous-account"; a damaged or
/// missing file; those of the sink.
[[nodiscard]] Status read_published_history(const Workspace& workspace, const PublishedRequest& request,
                                            const PublishedSink& sink);

/// The same rows as one Parquet file.
[[nodiscard]] Status copy_published_history(const Workspace& workspace, const PublishedRequest& request,
                                            const std::string& path);

}  // namespace kenko::app
