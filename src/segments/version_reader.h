// segments/version_reader.h
//
// Reads the stored versions of a few ids, again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "duck/connection.h"
#include "facts/fact.h"
#include "ports/fact_store.h"
#include "segments/row_locator.h"

namespace kenko::segments {

/// What read_versions() gives, without going through whole segments where a RowLocator says which rows they are.
///
/// Memory: mapped locators, and the footers of the segments' files.  Threads: one.
class VersionReader {
 public:
  /// So many rows of a segment are read one by one; of more, reading it as a whole costs no more.
  static constexpr size_t kManyRows = 256;

  explicit VersionReader(std::string dir) : dir_(std::move(dir)) {}
  /// Does now what the first read() would do: it takes 50 ms.
  [[nodiscard]] Status open();
  /// Lets go of what belongs to segments that are not of `catalog`.
  void keep(const std::vector<ports::SegmentInfo>& catalog);

  /// As read_versions(); keys sorted, unique.  Large segments without a locator, or with many of the rows, are read
  /// whole.
  [[nodiscard]] Result<std::vector<facts::EventFact>> read(const std::vector<ports::SegmentInfo>& catalog,
                                                           std::span<const Hash128> keys);

 private:
  struct Located;
  [[nodiscard]] const RowLocator* locator(const ports::SegmentInfo& segment);
  Status read_rows(const ports::SegmentInfo& segment, int64_t first, int64_t last, std::span<const Located> rows,
                   std::span<const Hash128> keys, std::vector<facts::EventFact>& out);

  std::string dir_;
  std::optional<duck::Connection> duck_;
  std::map<int64_t, RowLocator> locators_;  ///< by the id of the segment
};

}  // namespace kenko::segments
