#include "segments/versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <tuple>

#include "duck/connection.h"
#include "ports/files.h"
#include "segments/segment_scan.h"

namespace kenko::segments {
namespace {

constexpr std::string_view kPrefix = "versions-";
constexpr std::string_view kSuffix = ".parquet";

Problem damaged(const std::string& path, std::string what) {
  Problem problem;
  problem.code = "versions-file-damaged";
  problem.place.file = path;
  problem.message = "the list of versions cannot be read: " + std::move(what);
  problem.hint = "`kenko compact` makes it again from the stored events";
  return problem;
}

/// A name is registered once for each connection.
std::string unique_name(std::string_view what) {
  static std::atomic<int64_t> count = 0;
  return fmt::format("{}_{}", what, ++count);
}

}  // namespace

std::string next_versions_file(const std::string& name) {
  int64_t number = 0;
  if (name.starts_with(kPrefix)) std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return fmt::format("{}{}{}", kPrefix, number + 1, kSuffix);
}

Result<std::vector<VersionRow>> read_versions_file(const std::string& dir, const std::string& name) {
  std::vector<VersionRow> rows;
  if (name.empty()) return rows;
  const std::string path = events_folder(dir) + "/" + name;
  if (!ports::file_exists(path)) return damaged(path, "it is missing");
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  auto found = duck.query(
      fmt::format("SELECT key_high, key_low, version, seq, known_at, deleted, is_current FROM read_parquet({})",
                  duck::sql_path(path)));
  if (!found.ok()) return damaged(path, found.problems()[0].message);
  while (true) {
    const auto chunk = found->next();
    if (!chunk.ok()) return damaged(path, chunk.problems()[0].message);
    if (chunk->size() == 0) break;
    for (size_t i = 0; i < chunk->size(); ++i) {
      rows.push_back({{chunk->data<uint64_t>(0)[i], chunk->data<uint64_t>(1)[i]},
                      chunk->data<int64_t>(2)[i],
                      chunk->data<int64_t>(3)[i],
                      {chunk->data<int64_t>(4)[i]},
                      chunk->data<bool>(5)[i],
                      chunk->data<bool>(6)[i]});
    }
  }
  return rows;
}

Result<std::vector<VersionRow>> version_rows(duck::Connection& duck, const std::string& dir,
                                             const std::vector<ports::SegmentInfo>& segments,
                                             std::span<const Hash128> keys) {
  std::vector<VersionRow> rows;
  if (keys.empty() || segments.empty()) return rows;
  std::vector<uint64_t> high;
  std::vector<uint64_t> low;
  for (const Hash128& key : keys) {
    high.push_back(key.high);
    low.push_back(key.low);
  }
  duck::Table wanted;
  wanted.rows = keys.size();
  wanted.columns = {duck::uint64_column("high", high), duck::uint64_column("low", low)};
  const std::string table = unique_name("wanted");
  KENKO_TRY_STATUS(duck.register_table(table, std::move(wanted)));
  constexpr SegmentColumn kColumns[] = {kKeyHigh, kKeyLow, kVersion, kSeq, kKnownAt, kDeleted};
  KENKO_TRY_STATUS(scan_segments(duck, dir, segments, kColumns,
                                 fmt::format("SEMI JOIN {} ON key_high = high AND key_low = low", table),
                                 [&rows](const duck::Chunk& chunk) -> Result<bool> {
                                   for (size_t i = 0; i < chunk.size(); ++i) {
                                     rows.push_back({{chunk.data<uint64_t>(0)[i], chunk.data<uint64_t>(1)[i]},
                                                     chunk.data<int64_t>(2)[i],
                                                     chunk.data<int64_t>(3)[i],
                                                     {chunk.data<int64_t>(4)[i]},
                                                     chunk.data<bool>(5)[i],
                                                     false});
                                   }
                                   return true;
                                 }));
  KENKO_TRY_STATUS(duck.execute("DROP VIEW " + table));
  return rows;
}

void decide_versions(std::vector<VersionRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const VersionRow& a, const VersionRow& b) {
    return std::tie(a.key, a.version, a.seq) < std::tie(b.key, b.version, b.seq);
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool last = i + 1 == rows.size() || rows[i + 1].key != rows[i].key;
    rows[i].is_current = last && !rows[i].deleted;
  }
}

Status write_versions_file(duck::Connection& duck, const std::string& dir, const std::string& name,
                           const std::vector<VersionRow>& rows) {
  using duck::Cells;
  const auto column = [&rows](std::string title, duck::Type type, auto get) {
    return duck::Column{std::move(title), type, [&rows, get](uint64_t begin, size_t count, Cells& cells) {
                          auto* out = cells.data<decltype(get(rows[0]))>();
                          for (size_t i = 0; i < count; ++i) out[i] = get(rows[begin + i]);
                        }};
  };
  duck::Table table;
  table.rows = rows.size();
  table.columns = {column("key_high", duck::Type::uint64, [](const VersionRow& r) { return r.key.high; }),
                   column("key_low", duck::Type::uint64, [](const VersionRow& r) { return r.key.low; }),
                   column("version", duck::Type::int64, [](const VersionRow& r) { return r.version; }),
                   column("seq", duck::Type::int64, [](const VersionRow& r) { return r.seq; }),
                   column("known_at", duck::Type::timestamp, [](const VersionRow& r) { return r.known_at.micros; }),
                   column("deleted", duck::Type::boolean, [](const VersionRow& r) { return r.deleted; }),
                   column("is_current", duck::Type::boolean, [](const VersionRow& r) { return r.is_current; })};
  const std::string view = unique_name("versions");
  KENKO_TRY_STATUS(duck.register_table(view, std::move(table)));
  KENKO_TRY_STATUS(duck.copy_to_parquet("SELECT * FROM " + view, events_folder(dir) + "/" + name));
  return duck.execute("DROP VIEW " + view);
}

Result<std::vector<Hash128>> deleted_keys(duck::Connection& duck, const std::string& dir,
                                          const std::vector<ports::SegmentInfo>& segments) {
  std::vector<Hash128> keys;
  constexpr SegmentColumn kColumns[] = {kKeyHigh, kKeyLow};
  KENKO_TRY_STATUS(
      scan_segments(duck, dir, segments, kColumns, "WHERE deleted", [&keys](const duck::Chunk& chunk) -> Result<bool> {
        for (size_t i = 0; i < chunk.size(); ++i) {
          keys.push_back({chunk.data<uint64_t>(0)[i], chunk.data<uint64_t>(1)[i]});
        }
        return true;
      }));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace kenko::segments
