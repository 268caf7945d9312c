// segments/row_locator.h
//
// Where in a segment the versions of an id are, so that reading one costs the same whatever the segment's size.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "duck/connection.h"
#include "ports/fact_store.h"
#include "ports/files.h"

namespace kenko::segments {

/// The rows of each id of one segment, in a mapped file of DIR/cache: 8 bytes for each row.
///
/// Layout, little-endian: a header of 64 bytes; for each bucket the end of its entries and a check of them; the
/// entries.  An id's bucket is high * buckets / 2^64; an entry is the lower half of key.high and the row, so that about
/// one in 2^24 of what rows() gives is of another id.
/// Opening checks header and index, a look-up the bucket that it reads.  Threads: all functions from many.
class RowLocator {
 public:
  /// None when it is not there, damaged, or of another segment.
  [[nodiscard]] static std::optional<RowLocator> open(const std::string& dir, const ports::SegmentInfo& segment);
  /// Makes it.  Memory: at most 64 MB; a large segment's ids are read several times.  False: stopped, without one.
  [[nodiscard]] static Result<bool> make(duck::Connection& duck, const std::string& dir,
                                         const ports::SegmentInfo& segment, const std::atomic<bool>& stop);

  /// Adds the rows (0 = the first of the segment) that may be of the key.  False: that part of the file is damaged.
  [[nodiscard]] bool rows(const Hash128& key, std::vector<uint32_t>& out) const;

 private:
  struct Bucket {
    uint32_t end = 0, check = 0;
  };
  struct Entry {
    uint32_t low = 0, row = 0;
  };
  class Maker;

  ports::MappedFile file_;
  std::span<const Bucket> buckets_;
  std::span<const Entry> entries_;
};

/// DuckDB unpacks the columns of so many rows to get at one of them: a segment that has no more needs no locator.
inline constexpr int64_t kRowGroup = 122'880;
[[nodiscard]] inline bool needs_locator(const ports::SegmentInfo& segment) { return segment.rows > kRowGroup; }

/// Makes the locators that are needed and missing, as far as that is possible.
void make_row_locators(const std::string& dir, const std::vector<ports::SegmentInfo>& segments,
                       const std::atomic<bool>& stop);
/// Removes those of segments that are not of the catalog.
void remove_old_row_locators(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog);

}  // namespace kenko::segments
