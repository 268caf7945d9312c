#include "segments/key_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace kenko::segments {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

constexpr std::string_view kMagic = "KENKOKEY";
constexpr uint32_t kKeyFormat = 2;
constexpr size_t kFilterBlockBytes = 32;
constexpr double kFilterBitsOfKey = 11;  // about one absent id in 200 passes

struct Footer {
  uint64_t count = 0;
  uint64_t filter_blocks = 0;
  int64_t first_seq = 0, last_seq = 0;
  uint64_t index_hash = 0;
  uint64_t footer_hash = 0;  // of what stands before it
  uint32_t format = kKeyFormat;
  uint32_t zero = 0;
  char magic[8] = {};
};
static_assert(sizeof(Footer) == 64);

std::string_view bytes_of(const void* data, size_t size) { return {static_cast<const char*>(data), size}; }
uint64_t hash_of_footer(const Footer& f) { return hash64(bytes_of(&f, offsetof(Footer, footer_hash))); }
constexpr uint64_t blocks_for(uint64_t bytes) { return (bytes + KeyFile::kBlockBytes - 1) / KeyFile::kBlockBytes; }

__extension__ using Uint128 = unsigned __int128;

uint64_t scale(uint64_t fraction, uint64_t size) {
  return static_cast<uint64_t>((static_cast<Uint128>(fraction) * size) >> 64U);
}

Problem damaged(const std::string& path, std::string what) {
  Problem problem;
  problem.code = "key-file-damaged";
  problem.place.file = path;
  problem.message = std::move(what);
  problem.hint = "the next import makes it again from the stored events";
  return problem;
}

}  // namespace

FilterPlace filter_place(const Hash128& key, uint64_t blocks) {
  // The odd numbers of the split-block filter of the Parquet format.
  constexpr uint32_t kSalt[8] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                 0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
  FilterPlace place;
  place.block = scale(key.high, blocks);
  const uint32_t low = static_cast<uint32_t>(key.low);
  for (size_t i = 0; i < 8; ++i) place.words[i] = uint32_t{1} << ((low * kSalt[i]) >> 27U);
  return place;
}

Result<KeyFile> KeyFile::open(const std::string& path, const ports::KeyFileInfo& info) {
  KeyFile keys;
  keys.path_ = path;
  KENKO_TRY(keys.file_, ports::MappedFile::open(path));
  const std::string_view bytes = keys.file_.bytes();
  Footer footer;
  if (bytes.size() < sizeof(Footer)) return damaged(path, "the key file is cut off");
  std::memcpy(&footer, bytes.data() + bytes.size() - sizeof(Footer), sizeof(Footer));
  if (bytes_of(footer.magic, kMagic.size()) != kMagic) return damaged(path, "this is not a key file, or it is cut off");
  if (footer.format != kKeyFormat || footer.zero != 0 || footer.footer_hash != hash_of_footer(footer)) {
    return damaged(path, "the key file's footer is damaged");
  }
  if (footer.first_seq != info.first_seq || footer.last_seq != info.last_seq) {
    return damaged(path, fmt::format("the key file holds the versions {} to {}, not {} to {}", footer.first_seq,
                                     footer.last_seq, info.first_seq, info.last_seq));
  }
  // Counts are bounded by the file's size before they are multiplied.
  if (footer.count > bytes.size() || footer.filter_blocks > bytes.size())
    return damaged(path, "the key file is cut off");
  const uint64_t filter = blocks_for(footer.filter_blocks * kFilterBlockBytes);
  const uint64_t entries = blocks_for(footer.count * sizeof(KeyEntry));
  const uint64_t index = (filter + entries) * sizeof(IndexEntry);
  const uint64_t body = (filter + entries) * kBlockBytes;
  if (bytes.size() != body + index + sizeof(Footer)) return damaged(path, "the key file is cut off");
  if (hash64(bytes.substr(body, index)) != footer.index_hash) return damaged(path, "the key file's index is damaged");
  keys.filter_ = bytes.substr(0, footer.filter_blocks * kFilterBlockBytes);
  keys.filter_blocks_ = footer.filter_blocks;
  keys.entries_ = {reinterpret_cast<const KeyEntry*>(bytes.data() + filter * kBlockBytes), footer.count};
  keys.index_ = {reinterpret_cast<const IndexEntry*>(bytes.data() + body), filter + entries};
  keys.fences_ = keys.index_.subspan(filter);
  keys.checked_ = std::make_unique<std::atomic<uint64_t>[]>((filter + entries + 63) / 64);
  return keys;
}

Status KeyFile::check_block(size_t number) const {
  std::atomic<uint64_t>& word = checked_[number / 64];
  const uint64_t bit = uint64_t{1} << (number % 64);
  if ((word.load(std::memory_order_relaxed) & bit) != 0) return Done{};
  if (hash64(file_.bytes().substr(number * kBlockBytes, kBlockBytes)) != index_[number].hash) {
    return damaged(path_, fmt::format("the key file is damaged at byte {}", number * kBlockBytes));
  }
  word.fetch_or(bit, std::memory_order_relaxed);
  return Done{};
}

Status KeyFile::check() const {
  constexpr size_t kStride = 1024;
  for (size_t i = 0; i < index_.size(); ++i) {
    KENKO_TRY_STATUS(check_block(i));
    if (i % kStride == 0) file_.release(0, i * kBlockBytes);
  }
  return Done{};
}

Result<std::span<const KeyEntry>> KeyFile::block(size_t number) const {
  KENKO_TRY_STATUS(check_block(index_.size() - fences_.size() + number));
  const size_t first = number * kBlockEntries;
  return entries_.subspan(first, std::min(kBlockEntries, entries_.size() - first));
}

void KeyFile::release_before(size_t number) const {
  const size_t filter = index_.size() - fences_.size();
  file_.release(filter * kBlockBytes, (filter + number) * kBlockBytes);
}

void KeyFile::prefetch(const Hash128& key) const {
  __builtin_prefetch(filter_.data() + scale(key.high, filter_blocks_) * kFilterBlockBytes);
}

void KeyFile::bring_near() const {
  constexpr size_t kPage = 4096;
  const volatile char* filter = filter_.data();
  for (size_t at = 0; at < filter_.size(); at += kPage) [[maybe_unused]]
    const char byte = filter[at];
}

Result<bool> KeyFile::may_hold(const Hash128& key) const {
  if (filter_blocks_ == 0) return false;
  const FilterPlace place = filter_place(key, filter_blocks_);
  const size_t at = place.block * kFilterBlockBytes;
  KENKO_TRY_STATUS(check_block(at / kBlockBytes));
  uint32_t words[8];
  std::memcpy(words, filter_.data() + at, sizeof(words));
  uint32_t absent = 0;
  for (size_t i = 0; i < 8; ++i) absent |= place.words[i] & ~words[i];
  return absent == 0;
}

Result<const KeyEntry*> KeyFile::find(const Hash128& key, size_t& from) const {
  // The last block whose first key is below the wanted one, from `from` on; doubling its steps, because the next key of
  // a sorted list is often near.
  size_t low = from / kBlockEntries;
  size_t step = 1;
  while (low + step < fences_.size() && fences_[low + step].first_high < key.high) {
    low += step;
    step *= 2;
  }
  size_t high = std::min(fences_.size(), low + step);
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (fences_[middle].first_high < key.high ? low : high) = middle;
  }
  // Equal high halves may go on in the next block.
  for (; low < fences_.size(); ++low) {
    KENKO_TRY(const std::span<const KeyEntry> entries, block(low));
    const auto found = std::lower_bound(entries.begin(), entries.end(), key,
                                        [](const KeyEntry& e, const Hash128& k) { return e.key < k; });
    if (found == entries.end()) continue;
    from = low * kBlockEntries + static_cast<size_t>(found - entries.begin());
    return found->key == key ? &*found : nullptr;
  }
  from = entries_.size();
  return nullptr;
}

KeyFileWriter::KeyFileWriter(ports::FileWriter file, uint64_t filter_blocks)
    : file_(std::move(file)), filter_blocks_(filter_blocks), filter_(KeyFile::kBlockBytes / sizeof(uint32_t)) {
  entries_.reserve(KeyFile::kBlockEntries);
}

uint64_t KeyFileWriter::filter_bytes() const {
  return blocks_for(filter_blocks_ * kFilterBlockBytes) * KeyFile::kBlockBytes;
}

Result<KeyFileWriter> KeyFileWriter::open(const std::string& path, uint64_t most) {
  KENKO_TRY(ports::FileWriter file, ports::FileWriter::open(path));
  const auto blocks = static_cast<uint64_t>(static_cast<double>(most) * kFilterBitsOfKey / (8 * kFilterBlockBytes)) + 1;
  return KeyFileWriter(std::move(file), blocks);
}

Status KeyFileWriter::add(const KeyEntry& entry) {
  KENKO_CHECK(count_ == 0 || last_ < entry.key, "key {} after {}", entry.key.hex(), last_.hex());
  last_ = entry.key;
  ++count_;
  constexpr size_t kInBlock = KeyFile::kBlockBytes / kFilterBlockBytes;
  const FilterPlace place = filter_place(entry.key, filter_blocks_);
  while (filter_written_ < place.block / kInBlock) {
    KENKO_TRY_STATUS(flush_filter());
  }
  uint32_t* words = filter_.data() + place.block % kInBlock * 8;
  for (size_t i = 0; i < 8; ++i) words[i] |= place.words[i];
  entries_.push_back(entry);
  return entries_.size() == KeyFile::kBlockEntries ? flush_entries() : Done{};
}

Status KeyFileWriter::flush_filter() {
  const std::string_view bytes = bytes_of(filter_.data(), KeyFile::kBlockBytes);
  filter_index_.push_back(hash64(bytes));
  KENKO_TRY_STATUS(file_.write_at(filter_written_ * KeyFile::kBlockBytes, bytes));
  ++filter_written_;
  std::fill(filter_.begin(), filter_.end(), 0);
  return Done{};
}

Status KeyFileWriter::flush_entries() {
  if (entries_.empty()) return Done{};
  entry_index_.push_back(entries_[0].key.high);
  entries_.resize(KeyFile::kBlockEntries);  // the last block is filled up with zeros
  const std::string_view bytes = bytes_of(entries_.data(), KeyFile::kBlockBytes);
  entry_index_.push_back(hash64(bytes));
  KENKO_TRY_STATUS(file_.write_at(filter_bytes() + (entry_index_.size() / 2 - 1) * KeyFile::kBlockBytes, bytes));
  entries_.clear();
  return Done{};
}

Status KeyFileWriter::finish(ports::KeyFileInfo& info) {
  KENKO_TRY_STATUS(flush_entries());
  while (filter_written_ * KeyFile::kBlockBytes < filter_bytes()) {
    KENKO_TRY_STATUS(flush_filter());
  }
  std::vector<uint64_t> index;
  for (const uint64_t hash : filter_index_) index.insert(index.end(), {0, hash});
  index.insert(index.end(), entry_index_.begin(), entry_index_.end());
  const std::string_view index_bytes = bytes_of(index.data(), index.size() * sizeof(uint64_t));
  const uint64_t body = index.size() / 2 * KeyFile::kBlockBytes;
  Footer footer;
  footer.count = count_;
  footer.filter_blocks = filter_blocks_;
  footer.first_seq = info.first_seq;
  footer.last_seq = info.last_seq;
  footer.index_hash = hash64(index_bytes);
  footer.footer_hash = hash_of_footer(footer);
  std::memcpy(footer.magic, kMagic.data(), kMagic.size());
  KENKO_TRY_STATUS(file_.write_at(body, index_bytes));
  KENKO_TRY_STATUS(file_.write_at(body + index_bytes.size(), bytes_of(&footer, sizeof(footer))));
  info.entries = static_cast<int64_t>(count_);
  return file_.publish();
}

}  // namespace kenko::segments
