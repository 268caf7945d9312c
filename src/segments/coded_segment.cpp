#include "segments/coded_segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "segments/dictionary_bytes.h"
#include "segments/event_reader.h"
#include "segments/section_file.h"
#include "segments/segment_files.h"
#include "segments/segment_scan.h"

namespace kenko::segments {
namespace {

using facts::EventView;

constexpr SectionKind kKind{"KENKOSEG", 1};
/// Raised whenever another coded form is made of the same segment.
constexpr int64_t kCodingVersion = 1;

/// In the order of the sections.
enum SectionNumber : size_t {
  sMeta,
  sSource,
  sAccountRef,
  sUserRef,
  sName,
  sCurrency,
  sOccurredAt,
  sKnownAt,
  sSeq,
  sVersion,
  sValue,
  sFlags,
  sPropertyEnd,
  sIdEnd,
  sProperties,
  sIdBytes,
  sKey,
  sKeyRow,
  sRuns,
  sLoose,
  sTextEnds,
  sTextBytes,
  sTextSlots,
  sSections
};

struct Meta {
  uint64_t rows = 0;
  int64_t last_seq = 0;
};

Hash128 name_of(const ports::SegmentInfo& segment) {
  PartsHash hash;
  hash.add(kCodingVersion).add(segment.id).add(segment.rows).add(segment.first_seq).add(segment.last_seq);
  hash.add(segment.created.micros);
  return hash.hash();
}

std::string file_name(const ports::SegmentInfo& segment) {
  return fmt::format("segment-{}-{}.bin", segment.id, name_of(segment).hex().substr(0, 16));
}

/// What the file was made from: without texts the rules make no difference.
Hash128 fingerprint_of(const ports::SegmentInfo& segment, const std::optional<Hash128>& rules) {
  PartsHash hash;
  hash.add(name_of(segment).hex());
  rules ? hash.add(rules->hex()) : hash.absent();
  return hash.hash();
}

/// Writes columns; one whose rows are all equal as one value.
class Columns {
 public:
  Columns(SectionWriter& out, size_t rows) : out_(out), rows_(rows) {}
  template <typename T>
  void add(const facts::Column<T>& column) {
    const T first = rows_ == 0 ? T{} : column[0];
    bool constant = rows_ > 0;
    for (size_t row = 0; row < rows_ && constant; ++row) constant = column[row] == first;
    const size_t stored = constant ? 1 : rows_;
    const size_t section = out_.reserve(stored * sizeof(T));
    constexpr size_t kBatch = 8192;
    for (size_t row = 0; row < stored; row += kBatch) {
      const size_t end = std::min(stored, row + kBatch);
      T values[kBatch];
      for (size_t i = row; i < end; ++i) values[i - row] = column[i];
      out_.append(section, bytes_of(std::span<const T>(values, end - row)));
    }
  }

 private:
  SectionWriter& out_;
  size_t rows_;
};

Status write_coded(const std::string& path, const Hash128& fingerprint, const EventView& v) {
  SectionWriter out(path, kKind);
  const Meta meta{v.rows, v.last_seq};
  out.add({reinterpret_cast<const char*>(&meta), sizeof(meta)});
  Columns columns(out, v.rows);
  for (const auto& column : {v.source, v.account_ref, v.user_ref, v.name, v.currency}) columns.add(column);
  for (const auto& column : {v.occurred_at, v.known_at, v.seq, v.version, v.value}) columns.add(column);
  columns.add(v.flags);
  columns.add(v.property_end);
  columns.add(v.id_end);
  out.add(bytes_of(v.properties));
  out.add(v.id_bytes);
  out.add(bytes_of(v.index.key));
  out.add(bytes_of(v.index.key_row));
  out.add(bytes_of(v.index.runs));
  out.add(bytes_of(v.index.loose));
  const DictionaryBytes texts(*v.texts);
  out.add(bytes_of(texts.ends));
  out.add(texts.bytes);
  out.add(bytes_of(texts.slots));
  return out.finish(fingerprint);
}

/// A mapped file and the dictionary over it.
struct Opened {
  SectionFile file;
  facts::Dictionary texts;
};

template <typename T>
bool take(const SectionFile& file, SectionNumber number, size_t rows, facts::Column<T>& out) {
  const std::span<const T> values = file.column<T>(number);
  out = {values, rows};
  return values.size() == rows || values.size() == 1;
}

/// nullopt when there is no such file or it is not what it should be.
std::optional<CodedSegment> open_coded(const std::string& path, const ports::SegmentInfo& segment,
                                       const text::RuleFiles& texts) {
  auto file = SectionFile::open(path, kKind);
  if (!file || file->count() != sSections || file->bytes(sMeta).size() != sizeof(Meta)) return std::nullopt;
  if (file->fingerprint() != fingerprint_of(segment, std::nullopt) &&
      file->fingerprint() != fingerprint_of(segment, texts.fingerprint())) {
    return std::nullopt;
  }
  if (!file->verify(1)) return std::nullopt;
  const auto slots = file->column<uint64_t>(sTextSlots);
  const auto ends = file->column<uint64_t>(sTextEnds);
  if (!std::has_single_bit(slots.size()) || ends.size() * 2 > slots.size()) return std::nullopt;
  auto opened = std::make_shared<Opened>(Opened{std::move(*file), {}});
  const SectionFile& f = opened->file;
  opened->texts = facts::Dictionary::mapped({ends, f.bytes(sTextBytes), slots}, f.owner());
  const Meta meta = f.column<Meta>(sMeta)[0];
  const size_t n = meta.rows;
  EventView v;
  v.rows = n;
  v.last_seq = meta.last_seq;
  v.texts = &opened->texts;
  v.properties = f.column<EventView::Cell>(sProperties);
  v.id_bytes = f.bytes(sIdBytes);
  v.index = {f.column<uint64_t>(sKey), f.column<uint32_t>(sKeyRow), f.column<facts::EventIndex::Run>(sRuns),
             f.column<facts::EventIndex::Loose>(sLoose)};
  const bool whole = n == static_cast<size_t>(segment.rows) && take(f, sSource, n, v.source) &&
                     take(f, sAccountRef, n, v.account_ref) && take(f, sUserRef, n, v.user_ref) &&
                     take(f, sName, n, v.name) && take(f, sCurrency, n, v.currency) &&
                     take(f, sOccurredAt, n, v.occurred_at) && take(f, sKnownAt, n, v.known_at) &&
                     take(f, sSeq, n, v.seq) && take(f, sVersion, n, v.version) && take(f, sValue, n, v.value) &&
                     take(f, sFlags, n, v.flags) && take(f, sPropertyEnd, n, v.property_end) &&
                     take(f, sIdEnd, n, v.id_end) && v.index.key.size() == n && v.index.key_row.size() == n;
  if (!whole) return std::nullopt;
  return CodedSegment{v, opened};
}

/// Makes the coded form of segments, one after the other.
class Coder {
 public:
  Coder(const std::string& dir, const text::RuleFiles& texts) : dir_(dir), texts_(texts), rules_(texts) {}

  Result<CodedSegment> code(const ports::SegmentInfo& segment) {
    if (!duck_) {
      KENKO_TRY(duck_, duck::Connection::open({.threads = 1}));
    }
    auto table = std::make_shared<facts::EventTable>();
    KENKO_TRY(const bool any_text, read_segment(*duck_, dir_, segment, rules_, *table));
    const std::optional<Hash128> rules = any_text ? std::optional(texts_.fingerprint()) : std::nullopt;
    const std::string path = cache_folder(dir_) + "/" + file_name(segment);
    const EventView view = table->view();
    if (ports::make_folder(cache_folder(dir_)).ok() && write_coded(path, fingerprint_of(segment, rules), view).ok()) {
      if (auto coded = open_coded(path, segment, texts_)) return std::move(*coded);
    }
    return CodedSegment{view, table};
  }

 private:
  const std::string& dir_;
  const text::RuleFiles& texts_;
  LazyTextRules rules_;
  std::optional<duck::Connection> duck_;
};

}  // namespace

Result<std::vector<CodedSegment>> open_coded_segments(const std::string& dir,
                                                      const std::vector<ports::SegmentInfo>& catalog,
                                                      const text::RuleFiles& texts, int threads) {
  KENKO_TRY_STATUS(check_files(dir, catalog));
  std::vector<std::optional<Result<CodedSegment>>> found(catalog.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    Coder coder(dir, texts);
    for (size_t i = next++; i < catalog.size(); i = next++) {
      auto coded = open_coded(cache_folder(dir) + "/" + file_name(catalog[i]), catalog[i], texts);
      found[i] = coded ? Result<CodedSegment>(std::move(*coded)) : coder.code(catalog[i]);
    }
  };
  {
    std::vector<std::jthread> pool;
    for (int t = 1; t < threads && static_cast<size_t>(t) < catalog.size(); ++t) pool.emplace_back(work);
    work();
  }
  std::vector<CodedSegment> out;
  for (auto& one : found) {
    if (!one->ok()) return std::move(*one).problems();
    out.push_back(std::move(*one).value());
  }
  return out;
}

void remove_old_coded_segments(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  std::set<std::string> live;
  for (const ports::SegmentInfo& segment : catalog) live.insert(file_name(segment));
  for (const std::string& name : ports::list_files(cache_folder(dir))) {
    if (name.starts_with("segment-") && name.ends_with(".bin") && !live.contains(name)) {
      ports::remove_file(cache_folder(dir) + "/" + name);
    }
  }
}

}  // namespace kenko::segments
