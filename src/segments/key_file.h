// segments/key_file.h
//
// Internal to segments: the sorted ids of one segment.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ports/files.h"
#include "segments/key_index.h"

namespace kenko::segments {

/// Layout, little-endian: a header of 48 bytes (magic "KENKOKEY", format u32, 0 u32, count u64, XXH3 of the entries
/// u64, XXH3 of the header before it u64, 0 u64), then `count` entries of 24 bytes (key high, key low, content),
/// ascending.
class KeyFile {
 public:
  /// Problems: "key-file-damaged" and those of a missing file.
  [[nodiscard]] static Result<KeyFile> open(const std::string& path, int64_t expected_count);
  [[nodiscard]] std::span<const KeyedContent> entries() const { return entries_; }

 private:
  ports::MappedFile file_;
  std::span<const KeyedContent> entries_;
};

/// Writes `entries`, which must be sorted, durably.
[[nodiscard]] Status write_key_file(const std::string& path, std::span<const KeyedContent> entries);

}  // namespace kenko::segments
