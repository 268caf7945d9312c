// segments/versions.h
//
// The versions file: which stored version of an id counts, for the ids where that is a question.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "base/result.h"
#include "ports/fact_store.h"

namespace kenko::duck {
class Connection;
}

namespace kenko::segments {

/// A version of an event in a segment whose id has more than one there, or whose last one is a deletion.
///
/// is_current: it is the one that counts (the greatest (version, seq) of its id) and no deletion.  An event of a
/// segment counts unless a row with its seq says that it does not; events outside of the segments (the intake, what
/// people entered) are not looked at here.
struct VersionRow {
  Hash128 key;
  int64_t version = 0, seq = 0;
  Instant known_at;
  bool deleted = false, is_current = false;
  friend bool operator==(const VersionRow&, const VersionRow&) = default;
};

/// DIR/events/NAME, sorted by (key, version, seq): the last row of a key is the one that counts, deleted or not.  No
/// rows when the name is empty.  Problems: "versions-file-damaged" (also when it is missing): `kenko compact` makes it
/// again.
[[nodiscard]] Result<std::vector<VersionRow>> read_versions_file(const std::string& dir, const std::string& name);

/// Every version of the keys (sorted, unique) in the segments, as rows of a versions file.
[[nodiscard]] Result<std::vector<VersionRow>> version_rows(duck::Connection& duck, const std::string& dir,
                                                           const std::vector<ports::SegmentInfo>& segments,
                                                           std::span<const Hash128> keys);
/// Sorts the rows and decides is_current.
void decide_versions(std::vector<VersionRow>& rows);
/// Durable when it returns.
[[nodiscard]] Status write_versions_file(duck::Connection& duck, const std::string& dir, const std::string& name,
                                         const std::vector<VersionRow>& rows);
/// The keys of all deletions in the segments, sorted, unique.
[[nodiscard]] Result<std::vector<Hash128>> deleted_keys(duck::Connection& duck, const std::string& dir,
                                                        const std::vector<ports::SegmentInfo>& segments);
/// The name of the versions file after `name`.
[[nodiscard]] std::string next_versions_file(const std::string& name);

}  // namespace kenko::segments
