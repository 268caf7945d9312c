#include "segments/row_locator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <set>

#include "ports/file_writer.h"
#include "segments/segment_scan.h"

namespace kenko::segments {
namespace {

constexpr char kMagic[8] = {'K', 'E', 'N', 'K', 'O', 'R', 'O', 'W'};
constexpr uint64_t kFormat = 1;
constexpr uint64_t kBucketRows = 256;
constexpr int64_t kPassRows = 4'000'000;
constexpr std::string_view kPrefix = "rows-";

struct Header {
  char magic[8] = {};
  uint64_t format = kFormat;
  uint64_t rows = 0, buckets = 0;
  uint64_t segment_high = 0, segment_low = 0;
  uint64_t index_hash = 0;
  uint64_t header_hash = 0;  // of what stands before it
};
static_assert(sizeof(Header) == 64);

template <typename T>
std::string_view bytes_of(const T* data, size_t count) {
  return {reinterpret_cast<const char*>(data), count * sizeof(T)};
}
uint64_t hash_of_header(const Header& h) { return hash64({h.magic, offsetof(Header, header_hash)}); }

__extension__ using Uint128 = unsigned __int128;
uint64_t scale(uint64_t fraction, uint64_t size) {
  return static_cast<uint64_t>((static_cast<Uint128>(fraction) * size) >> 64U);
}

// A segment never changes, so what the catalog says of it names its content.
Hash128 name_of(const ports::SegmentInfo& s) {
  return PartsHash()
      .add(s.id)
      .add(s.events_file)
      .add(s.rows)
      .add(s.first_seq)
      .add(s.last_seq)
      .add(s.created.micros)
      .hash();
}
std::string file_name(const ports::SegmentInfo& segment) {
  return fmt::format("{}{}-{}.bin", kPrefix, segment.id, name_of(segment).hex().substr(0, 16));
}
std::string path_of(const std::string& dir, const ports::SegmentInfo& segment) {
  return cache_folder(dir) + "/" + file_name(segment);
}

}  // namespace

/// Reads the keys of a segment as often as it takes to sort them part by part.
class RowLocator::Maker {
 public:
  Maker(duck::Connection& duck, const std::string& dir, const ports::SegmentInfo& segment,
        const std::atomic<bool>& stop)
      : duck_(duck), dir_(dir), segment_(segment), stop_(stop) {}

  Result<bool> run() {
    const auto rows = static_cast<uint64_t>(segment_.rows);
    buckets_.resize(std::max<uint64_t>(1, rows / kBucketRows));
    KENKO_TRY_STATUS(ports::make_folder(cache_folder(dir_)));
    KENKO_TRY(ports::FileWriter file, ports::FileWriter::open(path_of(dir_, segment_)));
    const uint64_t entries_at = sizeof(Header) + buckets_.size() * sizeof(Bucket);
    const auto passes = static_cast<uint64_t>((segment_.rows + kPassRows - 1) / kPassRows);
    uint64_t written = 0;
    for (uint64_t pass = 0; pass < passes; ++pass) {
      const uint64_t first = buckets_.size() * pass / passes;
      const uint64_t end = buckets_.size() * (pass + 1) / passes;
      KENKO_TRY_STATUS(read(first, end));
      if (stop_) return false;
      const std::vector<Entry> entries = take_buckets(first, end, written);
      KENKO_TRY_STATUS(file.write_at(entries_at + written * sizeof(Entry), bytes_of(entries.data(), entries.size())));
      written += entries.size();
    }
    if (written != rows) return damaged_segment(events_path(dir_, segment_), "it has other rows than were written");
    Header header;
    std::memcpy(header.magic, kMagic, sizeof(kMagic));
    header.rows = rows;
    header.buckets = buckets_.size();
    const Hash128 name = name_of(segment_);
    header.segment_high = name.high;
    header.segment_low = name.low;
    header.index_hash = hash64(bytes_of(buckets_.data(), buckets_.size()));
    header.header_hash = hash_of_header(header);
    KENKO_TRY_STATUS(file.write_at(0, bytes_of(&header, 1)));
    KENKO_TRY_STATUS(file.write_at(sizeof(header), bytes_of(buckets_.data(), buckets_.size())));
    KENKO_TRY_STATUS(file.publish());
    return true;
  }

 private:
  struct Row {
    uint64_t high = 0;
    uint32_t row = 0;
  };

  // The rows whose bucket is one of [first, end), by key.
  Status read(uint64_t first, uint64_t end) {
    rows_.clear();
    constexpr SegmentColumn kColumns[] = {kKeyHigh};
    uint32_t row = 0;
    KENKO_TRY_STATUS(scan_segments(duck_, dir_, {segment_}, kColumns, "", [&](const duck::Chunk& c) -> Result<bool> {
      if (stop_) return false;
      const auto* high = c.data<uint64_t>(0);
      for (size_t i = 0; i < c.size(); ++i, ++row) {
        const uint64_t bucket = scale(high[i], buckets_.size());
        if (bucket >= first && bucket < end) rows_.push_back({high[i], row});
      }
      return true;
    }));
    std::sort(rows_.begin(), rows_.end(),
              [](const Row& a, const Row& b) { return std::pair(a.high, a.row) < std::pair(b.high, b.row); });
    return Done{};
  }

  std::vector<Entry> take_buckets(uint64_t first, uint64_t end, uint64_t written) {
    std::vector<Entry> entries;
    entries.reserve(rows_.size());
    for (uint64_t bucket = first; bucket < end; ++bucket) {
      const size_t begin = entries.size();
      while (entries.size() < rows_.size() && scale(rows_[entries.size()].high, buckets_.size()) == bucket) {
        const Row& row = rows_[entries.size()];
        entries.push_back({static_cast<uint32_t>(row.high), row.row});
      }
      buckets_[bucket] = {static_cast<uint32_t>(written + entries.size()),
                          static_cast<uint32_t>(hash64(bytes_of(entries.data() + begin, entries.size() - begin)))};
    }
    return entries;
  }

  duck::Connection& duck_;
  const std::string& dir_;
  const ports::SegmentInfo& segment_;
  const std::atomic<bool>& stop_;
  std::vector<Bucket> buckets_;
  std::vector<Row> rows_;
};

std::optional<RowLocator> RowLocator::open(const std::string& dir, const ports::SegmentInfo& segment) {
  const std::string path = path_of(dir, segment);
  if (!ports::file_exists(path)) return std::nullopt;
  auto file = ports::MappedFile::open(path);
  if (!file.ok()) return std::nullopt;
  const std::string_view bytes = file->bytes();
  Header header;
  if (bytes.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const Hash128 name = name_of(segment);
  const bool good = std::equal(kMagic, kMagic + sizeof(kMagic), header.magic) && header.format == kFormat &&
                    header.header_hash == hash_of_header(header) && header.segment_high == name.high &&
                    header.segment_low == name.low && header.rows == static_cast<uint64_t>(segment.rows);
  if (!good || header.buckets > bytes.size() / sizeof(Bucket) || header.rows > bytes.size() / sizeof(Entry)) {
    return std::nullopt;
  }
  const uint64_t index = header.buckets * sizeof(Bucket);
  if (bytes.size() != sizeof(header) + index + header.rows * sizeof(Entry)) return std::nullopt;
  if (hash64(bytes.substr(sizeof(header), index)) != header.index_hash) return std::nullopt;
  RowLocator out;
  out.buckets_ = {reinterpret_cast<const Bucket*>(bytes.data() + sizeof(header)), header.buckets};
  out.entries_ = {reinterpret_cast<const Entry*>(bytes.data() + sizeof(header) + index), header.rows};
  out.file_ = std::move(file).value();
  return out;
}

Result<bool> RowLocator::make(duck::Connection& duck, const std::string& dir, const ports::SegmentInfo& segment,
                              const std::atomic<bool>& stop) {
  return Maker(duck, dir, segment, stop).run();
}

bool RowLocator::rows(const Hash128& key, std::vector<uint32_t>& out) const {
  const uint64_t bucket = scale(key.high, buckets_.size());
  const uint32_t begin = bucket == 0 ? 0 : buckets_[bucket - 1].end;
  const Bucket& b = buckets_[bucket];
  if (begin > b.end || b.end > entries_.size()) return false;
  const std::span<const Entry> entries = entries_.subspan(begin, b.end - begin);
  if (static_cast<uint32_t>(hash64(bytes_of(entries.data(), entries.size()))) != b.check) return false;
  for (const Entry& entry : entries) {
    if (entry.low == static_cast<uint32_t>(key.high)) out.push_back(entry.row);
  }
  return true;
}

void make_row_locators(const std::string& dir, const std::vector<ports::SegmentInfo>& segments,
                       const std::atomic<bool>& stop) {
  std::optional<duck::Connection> duck;
  for (const ports::SegmentInfo& segment : segments) {
    if (stop) return;
    if (!needs_locator(segment) || RowLocator::open(dir, segment)) continue;
    if (!duck) {
      auto opened = duck::Connection::open({.threads = 1});
      if (!opened.ok()) return;
      duck.emplace(std::move(opened).value());
    }
    // Without one the segment is read as a whole, which is slower and says the same.
    static_cast<void>(RowLocator::make(*duck, dir, segment, stop).ok());
  }
}

void remove_old_row_locators(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  std::set<std::string> live;
  for (const ports::SegmentInfo& segment : catalog) live.insert(file_name(segment));
  for (const std::string& name : ports::list_files(cache_folder(dir))) {
    if (name.starts_with(kPrefix) && name.ends_with(".bin") && !live.contains(name)) {
      ports::remove_file(cache_folder(dir) + "/" + name);
    }
  }
}

}  // namespace kenko::segments
