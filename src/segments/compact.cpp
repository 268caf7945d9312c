#include "segments/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "duck/connection.h"
#include "ports/files.h"
#include "segments/catalog_files.h"
#include "segments/row_merge.h"
#include "segments/segment_scan.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

constexpr size_t kMostAtOnce = 16;

int size_class(int64_t rows) {
  constexpr int64_t kSmallest = 65'536;
  int out = 0;
  for (; rows > kSmallest; rows /= 4) ++out;
  return out;
}

ports::SegmentInfo describe_merged(const std::vector<ports::SegmentInfo>& parts, int64_t id, Instant now) {
  ports::SegmentInfo info = parts[0];
  info.id = id;
  info.events_file = fmt::format("{:08}.parquet", id);
  info.created = now;
  info.rows = 0;
  for (const ports::SegmentInfo& part : parts) {
    if (part.source != info.source) info.source.clear();
    info.rows += part.rows;
    info.first_seq = std::min(info.first_seq, part.first_seq);
    info.last_seq = std::max(info.last_seq, part.last_seq);
    info.first_day = std::min(info.first_day, part.first_day);
    info.last_day = std::max(info.last_day, part.last_day);
  }
  return info;
}

/// The new file holds what was given to it: the same number of rows, each with its seq.
Status check_merged(const std::string& dir, const ports::SegmentInfo& info, Int128 sum_of_seq) {
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  constexpr SegmentColumn kColumns[] = {kSeq};
  Int128 sum = 0;
  KENKO_TRY_STATUS(scan_segments(duck, dir, {info}, kColumns, "", [&sum](const duck::Chunk& chunk) -> Result<bool> {
    for (size_t i = 0; i < chunk.size(); ++i) sum += chunk.data<int64_t>(0)[i];
    return true;
  }));
  if (sum != sum_of_seq) return damaged_segment(events_path(dir, info), "other events than were written");
  return Done{};
}

Status write_merged(const std::string& dir, const std::vector<ports::SegmentInfo>& parts,
                    const ports::SegmentInfo& info) {
  RowMerge merge;
  for (const ports::SegmentInfo& part : parts) {
    KENKO_TRY_STATUS(merge.add(dir, part));
  }
  // One thread asks for the rows, so that they stay in order.
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  KENKO_TRY_STATUS(duck.register_table("merged", merge.table()));
  KENKO_TRY_STATUS(duck.copy_to_parquet("SELECT * FROM merged", events_path(dir, info)));
  KENKO_TRY(const uint64_t rows, merge.rows_given());
  if (static_cast<int64_t>(rows) != info.rows) {
    return damaged_segment(events_path(dir, info), fmt::format("{} events of {}", rows, info.rows));
  }
  return check_merged(dir, info, merge.sum_of_seq());
}

Result<ports::CatalogChange> merge_segments(const std::string& dir, const ports::Snapshot& live,
                                            const std::vector<size_t>& positions, Instant now) {
  ports::CatalogChange change;
  std::vector<ports::SegmentInfo> parts;
  for (const size_t position : positions) {
    parts.push_back(live.segments[position]);
    change.replaced_segments.push_back(parts.back().id);
  }
  const ports::SegmentInfo info = describe_merged(parts, next_id(live.segments), now);
  Status written = write_merged(dir, parts, info);
  if (!written.ok()) {
    ports::remove_file(events_path(dir, info));
    return std::move(written).problems();
  }
  change.segments.push_back(info);
  return change;
}

/// A versions file in place of a damaged one.
Result<ports::CatalogChange> mend_versions(const std::string& dir, const ports::Snapshot& live) {
  ports::CatalogChange change;
  const auto rows = read_versions_file(dir, live.versions_file);
  if (rows.ok()) return change;
  if (rows.problems()[0].code != "versions-file-damaged") return rows.problems();
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  KENKO_TRY(const std::vector<VersionRow> all, all_versions(duck, dir, live));
  const std::string name = next_versions_file(live.versions_file);
  KENKO_TRY_STATUS(write_versions_file(duck, dir, name, all));
  change.versions_file = name;
  return change;
}

}  // namespace

std::vector<size_t> segments_to_merge(const std::vector<ports::SegmentInfo>& live, const CompactionRule& rule) {
  std::map<int, std::vector<size_t>> classes;
  for (size_t i = 0; i < live.size(); ++i) {
    if (live[i].rows <= rule.most_rows) classes[size_class(live[i].rows)].push_back(i);
  }
  for (auto& [size, positions] : classes) {
    if (positions.size() < rule.segments_of_a_size) continue;
    if (positions.size() > kMostAtOnce) positions.resize(kMostAtOnce);
    int64_t rows = 0;
    size_t count = 0;
    while (count < positions.size() && rows + live[positions[count]].rows <= rule.most_rows) {
      rows += live[positions[count++]].rows;
    }
    positions.resize(count);
    if (count > 1) return positions;
  }
  return {};
}

Result<ports::CatalogChange> compact_step(const std::string& dir, const ports::Snapshot& live,
                                          const CompactionRule& rule, Instant now) {
  KENKO_CHECK(rule.segments_of_a_size >= 2, "{} segments of a size", rule.segments_of_a_size);
  const std::vector<size_t> positions = segments_to_merge(live.segments, rule);
  if (!positions.empty()) return merge_segments(dir, live, positions, now);
  ports::CatalogChange change;
  if (rule.mend_versions) {
    KENKO_TRY(change, mend_versions(dir, live));
  }
  if (!change.empty()) return change;
  int64_t id = next_id(live.key_files);
  KENKO_TRY_STATUS(limit_key_files(dir, live, rule.key_files, id, change));
  return change;
}

}  // namespace kenko::segments
