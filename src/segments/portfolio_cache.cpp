#include "segments/portfolio_cache.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/files.h"
#include "segments/portfolio_rows.h"

namespace kenko::segments {
namespace {

using facts::Portfolio;

constexpr std::string_view kMagic = "KENKOPTF";
constexpr uint32_t kCacheFormat = 2;
constexpr size_t kAlignment = 64;

struct Header {
  char magic[8] = {};
  uint32_t format = kCacheFormat;
  uint32_t sections = 0;
  uint64_t fingerprint_high = 0;
  uint64_t fingerprint_low = 0;
  uint64_t file_size = 0;
  uint64_t unused[2] = {};
  uint64_t hash = 0;  ///< of all before it and the section table
};
static_assert(sizeof(Header) == 64);

struct Section {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t hash = 0;
};

enum SectionNumber : size_t {
  kRows,
  kDay,
  kOccurred,
  kName,
  kSource,
  kUser,
  kValue,
  kFlags,
  kIdEnd,
  kIdBytes,
  kEventBegin,
  kTextEnds,
  kTextBytes,
  kTextSlots,
  kFixedSections
};

size_t aligned(size_t n) { return (n + kAlignment - 1) / kAlignment * kAlignment; }

template <typename T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}
template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return bytes_of(std::span<const T>(values));
}

uint64_t hash_of(const Header& header, std::span<const Section> table) {
  std::string bytes(reinterpret_cast<const char*>(&header), offsetof(Header, hash));
  bytes += bytes_of(table);
  return hash64(bytes);
}

/// The sections of an opened file, already checked.
class Sections {
 public:
  static std::optional<Sections> open(std::string_view file, const Hash128& fingerprint) {
    Header header;
    if (file.size() < sizeof(Header)) return std::nullopt;
    std::memcpy(&header, file.data(), sizeof(Header));
    const bool ours = std::string_view(header.magic, sizeof(header.magic)) == kMagic && header.format == kCacheFormat &&
                      header.file_size == file.size() &&
                      fingerprint == Hash128{header.fingerprint_high, header.fingerprint_low};
    if (!ours || header.sections < kFixedSections ||
        header.sections > (file.size() - sizeof(Header)) / sizeof(Section)) {
      return std::nullopt;
    }
    Sections sections;
    sections.file_ = file;
    sections.table_ = {reinterpret_cast<const Section*>(file.data() + sizeof(Header)), header.sections};
    if (hash_of(header, sections.table_) != header.hash) return std::nullopt;
    for (const Section& s : sections.table_) {
      if (s.offset % kAlignment != 0 || s.offset > file.size() || s.size > file.size() - s.offset) return std::nullopt;
      if (hash64(file.substr(s.offset, s.size)) != s.hash) return std::nullopt;
    }
    return sections;
  }

  [[nodiscard]] size_t count() const { return table_.size(); }
  [[nodiscard]] std::string_view bytes(size_t number) const {
    return file_.substr(table_[number].offset, table_[number].size);
  }
  template <typename T>
  [[nodiscard]] std::span<const T> column(size_t number) const {
    const std::string_view b = bytes(number);
    return {reinterpret_cast<const T*>(b.data()), b.size() / sizeof(T)};
  }

 private:
  std::string_view file_;
  std::span<const Section> table_;
};

void map_columns(const Sections& sections, Portfolio& p) {
  p.events.day = sections.column<int32_t>(kDay);
  p.events.occurred = sections.column<int64_t>(kOccurred);
  p.events.name = sections.column<uint32_t>(kName);
  p.events.source = sections.column<uint32_t>(kSource);
  p.events.user = sections.column<uint32_t>(kUser);
  p.events.value = sections.column<int64_t>(kValue);
  p.events.flags = sections.column<uint8_t>(kFlags);
  p.events.id_end = sections.column<uint64_t>(kIdEnd);
  p.events.id_bytes = sections.bytes(kIdBytes);
  const auto begin = sections.column<uint64_t>(kEventBegin);
  p.event_begin.assign(begin.begin(), begin.end());
}

/// What the hashes can't show: a file written wrongly.
bool is_consistent(const Portfolio& p, const Sections& sections) {
  const size_t n = p.events.size();
  const facts::ResolvedEvents& e = p.events;
  if (e.occurred.size() != n || e.name.size() != n || e.source.size() != n || e.user.size() != n ||
      e.value.size() != n || e.flags.size() != n || e.id_end.size() != n) {
    return false;
  }
  if (p.event_begin.size() != p.accounts.size() + 1 || p.event_begin.back() != n) return false;
  if (n > 0 && e.id_end.back() != e.id_bytes.size()) return false;
  return sections.count() == kFixedSections + 2 * p.properties.size();
}

/// The texts of a dictionary end to end.
struct DictionaryBytes {
  std::vector<uint64_t> ends;
  std::string bytes;
  std::vector<uint64_t> slots;

  explicit DictionaryBytes(const facts::Dictionary& dictionary) : slots(dictionary.image_slots()) {
    ends.reserve(dictionary.size());
    for (uint32_t code = 1; code <= dictionary.size(); ++code) {
      bytes += dictionary.text(code);
      ends.push_back(bytes.size());
    }
  }
};

}  // namespace

Status write_portfolio_cache(const std::string& path, const Hash128& fingerprint, const Portfolio& p) {
  const std::string rows = rows_to_bytes(p);
  const DictionaryBytes texts(p.texts);
  const facts::ResolvedEvents& e = p.events;
  std::vector<std::string_view> contents = {rows,
                                            bytes_of(e.day),
                                            bytes_of(e.occurred),
                                            bytes_of(e.name),
                                            bytes_of(e.source),
                                            bytes_of(e.user),
                                            bytes_of(e.value),
                                            bytes_of(e.flags),
                                            bytes_of(e.id_end),
                                            e.id_bytes,
                                            bytes_of(p.event_begin),
                                            bytes_of(texts.ends),
                                            texts.bytes,
                                            bytes_of(texts.slots)};
  KENKO_CHECK(contents.size() == kFixedSections, "{} sections", contents.size());
  for (const facts::PropertyColumn& column : p.properties) {
    contents.push_back(bytes_of(column.row));
    contents.push_back(bytes_of(column.value));
  }
  std::vector<Section> table;
  size_t offset = aligned(sizeof(Header) + contents.size() * sizeof(Section));
  for (const std::string_view content : contents) {
    table.push_back({offset, content.size(), hash64(content)});
    offset = aligned(offset + content.size());
  }
  Header header;
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  header.sections = static_cast<uint32_t>(table.size());
  header.fingerprint_high = fingerprint.high;
  header.fingerprint_low = fingerprint.low;
  header.file_size = offset;
  header.hash = hash_of(header, table);

  static constexpr char kZeros[kAlignment] = {};
  std::vector<std::string_view> parts = {{reinterpret_cast<const char*>(&header), sizeof(Header)}, bytes_of(table)};
  size_t written = sizeof(Header) + table.size() * sizeof(Section);
  for (const std::string_view content : contents) {
    parts.emplace_back(kZeros, aligned(written) - written);
    parts.push_back(content);
    written = aligned(written) + content.size();
  }
  parts.emplace_back(kZeros, aligned(written) - written);
  return ports::write_derived_file(path, parts);
}

std::optional<Portfolio> read_portfolio_cache(const std::string& path, const Hash128& fingerprint) {
  auto file = ports::MappedFile::open(path);
  if (!file.ok()) return std::nullopt;
  const auto backing = std::make_shared<const ports::MappedFile>(std::move(file).value());
  const auto sections = Sections::open(backing->bytes(), fingerprint);
  if (!sections) return std::nullopt;
  Portfolio p;
  if (!rows_from_bytes(sections->bytes(kRows), p)) return std::nullopt;
  map_columns(*sections, p);
  if (!is_consistent(p, *sections)) return std::nullopt;
  const auto slots = sections->column<uint64_t>(kTextSlots);
  const auto ends = sections->column<uint64_t>(kTextEnds);
  if (!std::has_single_bit(slots.size()) || ends.size() * 2 > slots.size()) return std::nullopt;
  p.texts = facts::Dictionary::mapped({ends, sections->bytes(kTextBytes), slots}, backing);
  for (size_t i = 0; i < p.properties.size(); ++i) {
    p.properties[i].row = sections->column<uint32_t>(kFixedSections + 2 * i);
    p.properties[i].value = sections->column<uint32_t>(kFixedSections + 2 * i + 1);
  }
  p.backing = backing;
  return p;
}

}  // namespace kenko::segments
