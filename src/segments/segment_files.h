// segments/segment_files.h
//
// Internal to segments: names and columns of the stored files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ports/fact_store.h"

namespace kenko::segments {

/// The columns of an events file, in this order; kColumnNames[column] is its name.
enum SegmentColumn : size_t {
  kSource,
  kEventId,
  kAccountRef,
  kUserRef,
  kName,
  kOccurredAt,
  kKnownAt,
  kSeq,
  kValue,
  kCurrency,
  kText,
  kProperties,
  kDeleted,
  kVersion,
  kRawHigh,
  kRawLow,
  kRule,
  kMapping,
  kAssumed,
  kKeyHigh,
  kKeyLow,
  kColumnCount
};
inline constexpr std::string_view kColumnNames[kColumnCount] = {
    "source",   "event_id", "account_ref", "user_ref", "name",       "occurred_at", "known_at",
    "seq",      "value",    "currency",    "text",     "properties", "deleted",     "version",
    "raw_high", "raw_low",  "rule",        "mapping",  "assumed",    "key_high",    "key_low"};

[[nodiscard]] inline std::string cache_folder(const std::string& dir) { return dir + "/cache"; }
[[nodiscard]] inline std::string events_folder(const std::string& dir) { return dir + "/events"; }
[[nodiscard]] inline std::string events_path(const std::string& dir, const ports::SegmentInfo& segment) {
  return events_folder(dir) + "/" + segment.events_file;
}
[[nodiscard]] inline std::string keys_path(const std::string& dir, const ports::KeyFileInfo& keys) {
  return events_folder(dir) + "/" + keys.file;
}

}  // namespace kenko::segments
