#include "segments/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "duck/connection.h"
#include "ports/files.h"
#include "segments/event_rows.h"
#include "segments/row_merge.h"
#include "segments/segment_files.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

Status copy_out(duck::Connection& duck, const std::string& select, ExportFormat format, const std::string& path) {
  if (format == ExportFormat::parquet) return duck.copy_to_parquet(select, path);
  const std::string temporary = ports::temporary_name(path);
  const std::string options = format == ExportFormat::csv ? "FORMAT csv, HEADER" : "FORMAT json";
  Status written = duck.execute(fmt::format("COPY ({}) TO {} ({})", select, duck::sql_text(temporary), options));
  if (!written.ok()) {
    ports::remove_file(temporary);
    return written;
  }
  return ports::publish_file(temporary, path);
}

/// Which of the versions inside and outside of the segments counts, for the ids outside.
struct Outside {
  EventRows current;                     ///< of the events outside
  std::unordered_set<Hash128> replaces;  ///< ids whose every version in the segments is replaced
};

Status decide_outside(const std::string& dir, const ports::StoredFacts& stored, Outside& out) {
  std::map<Hash128, const facts::EventFact*> winners;
  const auto order = [](const facts::EventFact& e) { return std::pair(e.version, e.recorded.seq); };
  for (const facts::EventFact& e : stored.facts.events) {
    const facts::EventFact*& winner = winners[facts::event_key(e.source, e.event_id)];
    if (winner == nullptr || order(*winner) < order(e)) winner = &e;
  }
  if (winners.empty()) return Done{};
  std::vector<Hash128> keys;
  for (const auto& [key, winner] : winners) keys.push_back(key);
  KENKO_TRY(duck::Connection duck, duck::Connection::open());
  KENKO_TRY(std::vector<VersionRow> inside, version_rows(duck, dir, stored.snapshot.segments, keys));
  decide_versions(inside);
  std::map<Hash128, std::pair<int64_t, int64_t>> last_inside;  // rows of a key are in the order in which they count
  for (const VersionRow& row : inside) last_inside[row.key] = {row.version, row.seq};
  for (const auto& [key, winner] : winners) {
    const auto found = last_inside.find(key);
    if (found != last_inside.end() && found->second > order(*winner)) continue;
    out.replaces.insert(key);
    if (!winner->deleted) out.current.add(*winner);
  }
  return Done{};
}

}  // namespace

std::string export_ending(ExportFormat format) {
  switch (format) {
    case ExportFormat::parquet:
      return ".parquet";
    case ExportFormat::csv:
      return ".csv";
    case ExportFormat::ndjson:
      break;
  }
  return ".ndjson";
}

Result<int64_t> export_events(const std::string& dir, const ports::StoredFacts& stored, ExportFormat format,
                              const std::string& path) {
  KENKO_TRY(const std::vector<VersionRow> versions, read_versions_file(dir, stored.snapshot.versions_file));
  std::vector<int64_t> replaced;
  for (const VersionRow& row : versions) {
    if (!row.is_current) replaced.push_back(row.seq);
  }
  std::sort(replaced.begin(), replaced.end());
  Outside outside;
  KENKO_TRY_STATUS(decide_outside(dir, stored, outside));
  RowMerge merge;
  for (const ports::SegmentInfo& segment : stored.snapshot.segments) {
    KENKO_TRY_STATUS(merge.add(dir, segment));
  }
  if (outside.current.size() > 0) {
    KENKO_TRY_STATUS(merge.add(outside.current));
  }
  std::unordered_set<int64_t> own;  // rows outside are never hidden by their own id
  for (const EventRow& row : outside.current.rows()) own.insert(row.seq);
  merge.hide([&](int64_t seq, const Hash128& key) {
    return std::binary_search(replaced.begin(), replaced.end(), seq) ||
           (!outside.replaces.empty() && outside.replaces.contains(key) && !own.contains(seq));
  });
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  KENKO_TRY_STATUS(duck.register_table("current", merge.table()));
  KENKO_TRY_STATUS(copy_out(duck,
                            "SELECT source, event_id, account_ref, user_ref, name, occurred_at, known_at, value, "
                            "currency, text, properties, assumed FROM current",
                            format, path));
  const Result<uint64_t> rows = merge.rows_given();
  if (rows.ok()) return static_cast<int64_t>(*rows);
  ports::remove_file(path);
  return rows.problems();
}

Status export_table(duck::Table table, ExportFormat format, const std::string& path) {
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  KENKO_TRY_STATUS(duck.register_table("facts", std::move(table)));
  return copy_out(duck, "SELECT * FROM facts", format, path);
}

}  // namespace kenko::segments
