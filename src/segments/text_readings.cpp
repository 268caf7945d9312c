#include "segments/text_readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "ports/files.h"
#include "segments/byte_stream.h"
#include "segments/segment_files.h"
#include "segments/segment_scan.h"

namespace kenko::segments {
namespace {

constexpr std::string_view kMagic = "KENKOTX1";

/// The readings of one segment; `row` counts within it.
using SegmentReadings = std::vector<TextReading>;

/// By what names a segment's content: an id may come again after an undo, with other events.
using ReadingsBySegment = std::map<Hash128, SegmentReadings>;

Hash128 name_of(const ports::SegmentInfo& segment) {
  PartsHash hash;
  hash.add(segment.id).add(segment.rows).add(segment.first_seq).add(segment.last_seq).add(segment.created.micros);
  return hash.hash();
}

std::string cache_folder(const std::string& dir) { return dir + "/cache"; }
std::string cache_name(const Hash128& fingerprint) { return "texts-" + fingerprint.hex() + ".bin"; }

std::string to_bytes(const std::vector<std::string>& topics, const ReadingsBySegment& segments) {
  ByteWriter out;
  out.add(static_cast<uint64_t>(topics.size()));
  for (const std::string& topic : topics) out.add(topic);
  out.add(static_cast<uint64_t>(segments.size()));
  for (const auto& [name, rows] : segments) {
    out.add(name);
    out.add(static_cast<uint64_t>(rows.size()));
    for (const TextReading& row : rows) {
      out.add(row.row);
      out.add(row.key_low);
      out.add(row.reading.sentiment);
      out.add(static_cast<uint64_t>(row.reading.topics.size()));
      for (const uint32_t topic : row.reading.topics) out.add(topic);
    }
  }
  return out.bytes();
}

/// False for what no program wrote.
bool from_bytes(std::string_view bytes, std::vector<std::string>& topics, ReadingsBySegment& segments) {
  ByteReader in(bytes);
  topics.resize(in.count());
  for (std::string& topic : topics) in.get(topic);
  const size_t count = in.count();
  for (size_t i = 0; i < count; ++i) {
    Hash128 name;
    in.get(name);
    SegmentReadings& rows = segments[name];
    rows.resize(in.count());
    for (TextReading& row : rows) {
      in.get(row.row);
      in.get(row.key_low);
      in.get(row.reading.sentiment);
      row.reading.topics.resize(in.count());
      for (uint32_t& topic : row.reading.topics) {
        in.get(topic);
        if (topic >= topics.size()) return false;
      }
    }
  }
  return !in.bad() && in.at_end();
}

/// Reads the cache; an absent, damaged or foreign file leaves both empty.
void load_cache(const std::string& path, std::vector<std::string>& topics, ReadingsBySegment& segments) {
  const auto file = ports::MappedFile::open(path);
  constexpr size_t kHead = kMagic.size() + sizeof(uint64_t);
  if (!file.ok() || file->bytes().size() < kHead || !file->bytes().starts_with(kMagic)) return;
  const std::string_view body = file->bytes().substr(kHead);
  uint64_t hash = 0;
  ByteReader(file->bytes().substr(kMagic.size(), sizeof(hash))).get(hash);
  if (hash != hash64(body) || !from_bytes(body, topics, segments)) {
    topics.clear();
    segments.clear();
  }
}

/// Writes the cache and removes those of other files.  What fails here costs time, not truth.
void keep(const std::string& dir, const Hash128& fingerprint, const std::vector<std::string>& topics,
          const ReadingsBySegment& segments) {
  const std::string folder = cache_folder(dir);
  if (!ports::make_folder(folder).ok()) return;
  const std::string body = to_bytes(topics, segments);
  ByteWriter hash;
  hash.add(hash64(body));
  const std::string name = cache_name(fingerprint);
  if (!ports::write_derived_file(folder + "/" + name, {kMagic, hash.bytes(), body}).ok()) return;
  for (const std::string& other : ports::list_files(folder)) {
    if (other.starts_with("texts-") && other.ends_with(".bin") && other != name) {
      ports::remove_file(folder + "/" + other);
    }
  }
}

/// Reads the texts of `wanted` and adds their readings, an empty list where a segment has none.
Status read_segments(duck::Connection& duck, const std::string& dir,
                     const std::vector<const ports::SegmentInfo*>& wanted, const text::TextRules& rules,
                     ReadingsBySegment& out) {
  std::string files;
  std::map<std::string, SegmentReadings*, std::less<>> by_path;
  for (const ports::SegmentInfo* segment : wanted) {
    const std::string path = events_path(dir, *segment);
    files += files.empty() ? "" : ", ";
    files += duck::sql_path(path);
    by_path[path] = &out[name_of(*segment)];
  }
  auto rows =
      duck.query(fmt::format("SELECT filename, file_row_number, key_low, text FROM read_parquet([{}], "
                             "filename = true, file_row_number = true) WHERE text IS NOT NULL",
                             files));
  if (!rows.ok()) return damaged_segment(events_folder(dir), rows.problems()[0].message);
  while (true) {
    const auto chunk = rows->next();
    if (!chunk.ok()) return damaged_segment(events_folder(dir), chunk.problems()[0].message);
    if (chunk->size() == 0) break;
    for (size_t i = 0; i < chunk->size(); ++i) {
      text::Reading reading = text::read_text(chunk->text(3, i), rules.lexicons, rules.topics);
      if (reading == text::Reading{}) continue;
      const auto segment = by_path.find(chunk->text(0, i));
      KENKO_CHECK(segment != by_path.end(), "an unknown file {}", chunk->text(0, i));
      segment->second->push_back(
          {static_cast<uint64_t>(chunk->data<int64_t>(1)[i]), chunk->data<uint64_t>(2)[i], std::move(reading)});
    }
  }
  for (auto& [path, readings] : by_path) {
    std::sort(readings->begin(), readings->end(),
              [](const TextReading& a, const TextReading& b) { return a.row < b.row; });
  }
  return Done{};
}

}  // namespace

Result<TextReadings> read_texts(duck::Connection& duck, const std::string& dir,
                                const std::vector<ports::SegmentInfo>& catalog, const text::RuleFiles& files) {
  TextReadings out;
  if (files.empty()) return out;
  const Hash128 fingerprint = files.fingerprint();
  ReadingsBySegment known;
  load_cache(cache_folder(dir) + "/" + cache_name(fingerprint), out.topics, known);

  std::vector<const ports::SegmentInfo*> wanted;
  for (const ports::SegmentInfo& segment : catalog) {
    if (!known.contains(name_of(segment))) wanted.push_back(&segment);
  }
  if (!wanted.empty()) {
    KENKO_TRY(const text::TextRules rules, text::read_rules(files));
    out.topics = rules.topics.names();
    KENKO_TRY_STATUS(read_segments(duck, dir, wanted, rules, known));
    ReadingsBySegment live;
    for (const ports::SegmentInfo& segment : catalog) live[name_of(segment)] = known[name_of(segment)];
    known = std::move(live);
    keep(dir, fingerprint, out.topics, known);
  }
  uint64_t first = 0;
  for (const ports::SegmentInfo& segment : catalog) {
    for (TextReading& row : known[name_of(segment)]) {
      out.rows.push_back(std::move(row));
      out.rows.back().row += first;
    }
    first += static_cast<uint64_t>(segment.rows);
  }
  return out;
}

}  // namespace kenko::segments
