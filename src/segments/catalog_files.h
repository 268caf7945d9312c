// segments/catalog_files.h
//
// Internal to segments: the files of DIR/events beside the segments, as a change of the catalog needs them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "duck/connection.h"
#include "ports/fact_store.h"
#include "segments/leftovers.h"
#include "segments/under_way.h"
#include "segments/versions.h"
#include "segments/writer.h"

namespace kenko::segments {

/// The first free number.  Numbers are never used twice: what is made later has the greater one, and it stays longest.
template <typename Info>
[[nodiscard]] int64_t next_id(const std::vector<Info>& live) {
  int64_t id = 1;
  for (const Info& info : live) id = id > info.id ? id : info.id + 1;
  return id;
}
[[nodiscard]] ports::KeyFileInfo new_key_file(int64_t id);

/// Merges key files so that at most `most` are live after `change`, and adds that to it.  With `beside` (which merge
/// goes on beside it) no more than has to be: ids of late, next to the small files.
[[nodiscard]] Status limit_key_files(const std::string& dir, const ports::Snapshot& live, size_t most, int64_t& next_id,
                                     ports::CatalogChange& change, const MergeUnderWay* beside = nullptr);

/// Writes a new versions file when the written segments make one necessary, and gives its name.  A damaged one is made
/// again.
[[nodiscard]] Result<std::optional<std::string>> versions_with(duck::Connection& duck, const std::string& dir,
                                                               const ports::Snapshot& live,
                                                               std::span<const WrittenSegment> written);
/// Every row that the versions file of this catalog should have, from the segments and key files alone.
[[nodiscard]] Result<std::vector<VersionRow>> all_versions(duck::Connection& duck, const std::string& dir,
                                                           const ports::Snapshot& live);

}  // namespace kenko::segments
