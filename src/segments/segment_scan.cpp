#include "segments/segment_scan.h"

#include <fmt/format.h>

#include <array>

#include "ports/files.h"
#include "segments/properties_json.h"

namespace kenko::segments {
namespace {

Problem missing(const std::string& path) {
  Problem problem;
  problem.code = "segment-missing";
  problem.place.file = path;
  problem.message = "a file of stored events is missing";
  problem.hint = "restore it from a backup";
  return problem;
}

}  // namespace

Problem damaged_segment(const std::string& path, const std::string& what) {
  Problem problem;
  problem.code = "segment-damaged";
  problem.place.file = path;
  problem.message = "stored events cannot be read: " + what;
  problem.hint = "restore the file from a backup";
  return problem;
}

Status check_files(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  Problems problems;
  for (const ports::SegmentInfo& segment : catalog) {
    const std::string path = events_path(dir, segment);
    if (!ports::file_exists(path)) {
      problems.push_back(missing(path));
    } else if (const Status readable = ports::check_readable(path); !readable.ok()) {
      problems.push_back(readable.problems().front());
    }
  }
  if (!problems.empty()) return problems;
  return Done{};
}

Status scan_segments(duck::Connection& duck, const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                     std::span<const SegmentColumn> columns, const std::string& where,
                     const std::function<Result<bool>(const duck::Chunk&)>& sink) {
  std::string files;
  std::string select;
  int64_t expected = 0;
  KENKO_TRY_STATUS(check_files(dir, catalog));
  for (const ports::SegmentInfo& segment : catalog) {
    files += files.empty() ? "" : ", ";
    files += duck::sql_path(events_path(dir, segment));
    expected += segment.rows;
  }
  if (catalog.empty()) return Done{};
  for (const SegmentColumn column : columns) {
    select += select.empty() ? "" : ", ";
    select += kColumnNames[column];
  }
  auto rows = duck.query(fmt::format("SELECT {} FROM read_parquet([{}]) {}", select, files, where));
  if (!rows.ok()) return damaged_segment(events_folder(dir), rows.problems()[0].message);
  int64_t seen = 0;
  while (true) {
    const auto chunk = rows->next();
    if (!chunk.ok()) return damaged_segment(events_folder(dir), chunk.problems()[0].message);
    if (chunk->size() == 0) break;
    seen += static_cast<int64_t>(chunk->size());
    KENKO_TRY(const bool more, sink(chunk.value()));
    if (!more) return Done{};
  }
  if (where.empty() && seen != expected) {
    return damaged_segment(events_folder(dir), fmt::format("{} events where {} were written", seen, expected));
  }
  return Done{};
}

std::span<const SegmentColumn> all_columns() {
  static const auto columns = [] {
    std::array<SegmentColumn, kColumnCount> all{};
    for (size_t i = 0; i < kColumnCount; ++i) all[i] = static_cast<SegmentColumn>(i);
    return all;
  }();
  return columns;
}

Result<facts::EventFact> event_of_row(const duck::Chunk& chunk, size_t row) {
  const auto text = [&chunk, row](SegmentColumn column) {
    return chunk.valid(column, row) ? std::string(chunk.text(column, row)) : std::string();
  };
  const auto maybe = [&chunk, row](SegmentColumn column) {
    return chunk.valid(column, row) ? std::optional<std::string>(chunk.text(column, row)) : std::nullopt;
  };
  facts::EventFact e;
  e.source = text(kSource);
  e.event_id = text(kEventId);
  e.account_ref = maybe(kAccountRef);
  e.user_ref = maybe(kUserRef);
  e.name = text(kName);
  e.occurred_at = {chunk.data<int64_t>(kOccurredAt)[row]};
  e.recorded = {{chunk.data<int64_t>(kKnownAt)[row]}, chunk.data<int64_t>(kSeq)[row], chunk.data<bool>(kAssumed)[row]};
  if (chunk.valid(kValue, row)) e.value = Decimal{chunk.data<int64_t>(kValue)[row]};
  e.currency = text(kCurrency);
  e.text = maybe(kText);
  e.deleted = chunk.data<bool>(kDeleted)[row];
  e.version = chunk.data<int64_t>(kVersion)[row];
  e.raw = {chunk.data<uint64_t>(kRawHigh)[row], chunk.data<uint64_t>(kRawLow)[row]};
  e.rule = text(kRule);
  e.mapping = chunk.data<uint64_t>(kMapping)[row];
  if (chunk.valid(kProperties, row)) {
    PropertiesReader properties(chunk.text(kProperties, row));
    std::string_view key;
    std::string_view value;
    while (properties.next(key, value)) e.properties.push_back({std::string(key), std::string(value)});
    if (properties.bad()) return damaged_segment("", "properties of event " + e.event_id);
  }
  return e;
}

}  // namespace kenko::segments
