#include "segments/portfolio_base.h"

#include <bit>
#include <map>
#include <utility>

#include "segments/base_record.h"
#include "segments/dictionary_bytes.h"
#include "segments/portfolio_rows.h"

namespace kenko::segments {
namespace {

using facts::Portfolio;

constexpr SectionKind kKind{"KENKOPTF", 3, 4096};

/// The last sections of the file.
enum BaseTail : size_t { tOrigin, tRows, tRecord, tEventsOf, tTextEnds, tTextBytes, tTextSlots, tSections };

std::string_view joined(const std::vector<std::vector<uint32_t>>& chunks, std::vector<uint32_t>& memory) {
  memory.clear();
  for (const auto& chunk : chunks) memory.insert(memory.end(), chunk.begin(), chunk.end());
  return bytes_of(memory);
}

/// What the hashes can't show: a file written wrongly.
bool is_consistent(const Portfolio& p) {
  const size_t n = p.events.size();
  const facts::ResolvedEvents& e = p.events;
  if (e.occurred.size() != n || e.name.size() != n || e.source.size() != n || e.user.size() != n ||
      e.value.size() != n || e.flags.size() != n || e.id_end.size() != n) {
    return false;
  }
  if (p.events_of.size() != p.accounts.size()) return false;
  for (const facts::RowRange& rows : p.events_of) {
    if (rows.begin > rows.end || rows.end > n) return false;
  }
  return n == 0 || e.id_end.back() == e.id_bytes.size();
}

void map_columns(const SectionFile& file, Portfolio& p) {
  p.events.day = file.column<int32_t>(bDay);
  p.events.occurred = file.column<int64_t>(bOccurred);
  p.events.name = file.column<uint32_t>(bName);
  p.events.source = file.column<uint32_t>(bSource);
  p.events.user = file.column<uint32_t>(bUser);
  p.events.value = file.column<int64_t>(bValue);
  p.events.flags = file.column<uint8_t>(bFlags);
  p.events.id_end = file.column<uint64_t>(bIdEnd);
  p.events.id_bytes = file.bytes(bIdBytes);
}

}  // namespace

BaseWriter::BaseWriter(const std::string& path) : out_(path, kKind) {}

BaseWriter::~BaseWriter() { stop(); }

void BaseWriter::begin(uint64_t rows) {
  const size_t widths[] = {sizeof(int32_t),  sizeof(int64_t), sizeof(uint32_t), sizeof(uint32_t),
                           sizeof(uint32_t), sizeof(int64_t), sizeof(uint8_t),  sizeof(uint64_t)};
  for (const size_t width : widths) out_.reserve(rows * width);
  out_.open_end();
  thread_ = std::thread([this] { run(); });
}

void BaseWriter::add(identity::EventBlock& block) {
  std::unique_lock guard(lock_);
  changed_.wait(guard, [this] { return !waiting_; });
  waiting_ = std::exchange(block, std::move(spare_));
  spare_ = {};
  changed_.notify_all();
}

void BaseWriter::run() {
  while (true) {
    identity::EventBlock block;
    {
      std::unique_lock guard(lock_);
      changed_.wait(guard, [this] { return waiting_ || done_; });
      if (!waiting_) return;
      block = std::move(*waiting_);
      waiting_.reset();
      changed_.notify_all();
    }
    write(block);
    block.clear();
    const std::lock_guard guard(lock_);
    spare_ = std::move(block);
  }
}

void BaseWriter::write(identity::EventBlock& block) {
  out_.append(bDay, bytes_of(block.day));
  out_.append(bOccurred, bytes_of(block.occurred));
  out_.append(bName, bytes_of(block.name));
  out_.append(bSource, bytes_of(block.source));
  out_.append(bUser, bytes_of(block.user));
  out_.append(bValue, bytes_of(block.value));
  out_.append(bFlags, bytes_of(block.flags));
  out_.append(bIdEnd, bytes_of(block.id_end));
  out_.append(bIdBytes, block.id_bytes);
  if (cells_.size() < block.cells.size()) cells_.resize(block.cells.size());
  for (size_t i = 0; i < block.cells.size(); ++i) {
    if (block.cells[i].row.empty()) continue;
    cells_[i].row.emplace_back(block.cells[i].row.begin(), block.cells[i].row.end());
    cells_[i].value.emplace_back(block.cells[i].value.begin(), block.cells[i].value.end());
  }
}

void BaseWriter::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard guard(lock_);
    done_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void BaseWriter::finish(const std::vector<std::string>& keys, Portfolio& portfolio) {
  stop();
  cells_.resize(keys.size());
  std::map<std::string_view, size_t> sorted;
  for (size_t i = 0; i < keys.size(); ++i) sorted.emplace(keys[i], i);
  std::vector<uint32_t> memory;
  for (const auto& [key, i] : sorted) {
    if (cells_[i].row.empty()) continue;
    portfolio.properties.push_back({std::string(key), {}, {}});
    out_.add(joined(cells_[i].row, memory));
    out_.add(joined(cells_[i].value, memory));
    cells_[i] = {};
  }
}

Status BaseWriter::finish_file(const Hash128& fingerprint, const Portfolio& portfolio, const BaseOrigin& origin,
                               const BaseRecord& record) {
  out_.add({reinterpret_cast<const char*>(&origin), sizeof(origin)});
  out_.add(rows_to_bytes(portfolio));
  out_.add(record_to_bytes(record));
  out_.add(bytes_of(portfolio.events_of));
  const DictionaryBytes texts(portfolio.texts);
  out_.add(bytes_of(texts.ends));
  out_.add(texts.bytes);
  out_.add(bytes_of(texts.slots));
  return out_.finish(fingerprint);
}

std::optional<BaseRecord> PortfolioBase::read_record() const {
  BaseRecord record;
  if (!record_from_bytes(file.bytes(file.count() - tSections + tRecord), record)) return std::nullopt;
  return record;
}

std::optional<PortfolioBase> open_base(const std::string& path, const Hash128& fingerprint, int threads, bool verify) {
  auto file = SectionFile::open(path, kKind);
  if (!file || file->fingerprint() != fingerprint || file->count() < size_t{bColumns} + size_t{tSections})
    return std::nullopt;
  if (verify && !file->verify(threads)) return std::nullopt;
  const size_t tail = file->count() - tSections;
  PortfolioBase base{{}, {}, std::move(*file)};
  const auto origin = base.file.column<BaseOrigin>(tail + tOrigin);
  if (origin.size() != 1) return std::nullopt;
  base.origin = origin[0];
  const SectionFile& f = base.file;
  Portfolio& p = base.portfolio;
  if (!rows_from_bytes(f.bytes(tail + tRows), p)) return std::nullopt;
  if (tail != bColumns + 2 * p.properties.size()) return std::nullopt;
  map_columns(f, p);
  const auto events_of = f.column<facts::RowRange>(tail + tEventsOf);
  p.events_of.assign(events_of.begin(), events_of.end());
  if (!is_consistent(p)) return std::nullopt;
  const auto slots = f.column<uint64_t>(tail + tTextSlots);
  const auto ends = f.column<uint64_t>(tail + tTextEnds);
  if (!std::has_single_bit(slots.size()) || ends.size() * 2 > slots.size()) return std::nullopt;
  p.texts = facts::Dictionary::mapped({ends, f.bytes(tail + tTextBytes), slots}, f.owner());
  for (size_t i = 0; i < p.properties.size(); ++i) {
    p.properties[i].row = f.column<uint32_t>(bColumns + 2 * i);
    p.properties[i].value = f.column<uint32_t>(bColumns + 2 * i + 1);
    if (p.properties[i].row.size() != p.properties[i].value.size()) return std::nullopt;
  }
  p.backing = f.owner();
  return base;
}

}  // namespace kenko::segments
