#include "segments/key_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <tuple>

namespace kenko::segments {
namespace {

/// A walk through one key file.
class Cursor {
 public:
  explicit Cursor(const KeyFile& file) : file_(&file) {}

  [[nodiscard]] const KeyEntry& entry() const { return entries_[at_]; }
  /// False after the last entry.
  Result<bool> next() {
    if (++at_ < entries_.size()) return true;
    if (block_ == file_->blocks()) return false;
    constexpr size_t kStride = 256;  // 3 MB
    if (block_ % kStride == 0) file_->release_before(block_);
    KENKO_TRY(entries_, file_->block(block_++));
    at_ = 0;
    return true;
  }

 private:
  const KeyFile* file_;
  std::span<const KeyEntry> entries_;
  size_t block_ = 0;
  size_t at_ = 0;
};

}  // namespace

void EntryMix::add(const KeyEntry& entry, const ports::KeyFileInfo& part) {
  uint64_t flags = 0;
  if (any_) {
    flags = (entry_.bits & KeyEntry::kVersioned) | KeyEntry::kSeveral;
    if (last_seq_ >= part.first_seq) flags |= KeyEntry::kVersioned;
  }
  entry_ = {entry.key, entry.bits | flags};
  last_seq_ = std::max(last_seq_, part.last_seq);
  any_ = true;
}

Status write_key_file(const std::string& path, std::vector<KeyVersion>& versions, ports::KeyFileInfo& info) {
  std::sort(versions.begin(), versions.end(), [](const KeyVersion& a, const KeyVersion& b) {
    return std::tie(a.says.key, a.version, a.seq) < std::tie(b.says.key, b.version, b.seq);
  });
  KENKO_TRY(KeyFileWriter writer, KeyFileWriter::open(path, versions.size()));
  for (size_t i = 0; i < versions.size();) {
    const size_t first = i;
    uint64_t flags = 0;
    for (; i < versions.size() && versions[i].says.key == versions[first].says.key; ++i) {
      if (versions[i].version != 0) flags |= KeyEntry::kVersioned;
    }
    if (i - first > 1) flags |= KeyEntry::kSeveral;
    const KeyedContent& last = versions[i - 1].says;
    KENKO_TRY_STATUS(writer.add({last.key, last.content | flags}));
  }
  return writer.finish(info);
}

Status for_each_entry(const std::vector<const KeyFile*>& files, const std::vector<ports::KeyFileInfo>& infos,
                      const std::function<Status(const KeyEntry&)>& sink) {
  std::vector<Cursor> cursors;
  for (const KeyFile* file : files) cursors.emplace_back(*file);
  using Head = std::pair<Hash128, size_t>;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto advance = [&](size_t i) -> Status {
    KENKO_TRY(const bool more, cursors[i].next());
    if (more) heads.emplace(cursors[i].entry().key, i);
    return Done{};
  };
  for (size_t i = 0; i < cursors.size(); ++i) {
    KENKO_TRY_STATUS(advance(i));
  }
  while (!heads.empty()) {
    const Hash128 key = heads.top().first;
    EntryMix mix;
    while (!heads.empty() && heads.top().first == key) {
      const size_t i = heads.top().second;
      heads.pop();
      mix.add(cursors[i].entry(), infos[i]);
      KENKO_TRY_STATUS(advance(i));
    }
    KENKO_TRY_STATUS(sink(mix.entry()));
  }
  return Done{};
}

Status merge_key_files(const std::string& folder, const std::vector<ports::KeyFileInfo>& parts,
                       ports::KeyFileInfo& info) {
  std::vector<KeyFile> files;
  std::vector<const KeyFile*> open;
  uint64_t most = 0;
  info.first_seq = parts[0].first_seq;
  info.last_seq = parts[0].last_seq;
  for (const ports::KeyFileInfo& part : parts) {
    KENKO_TRY(KeyFile file, KeyFile::open(folder + "/" + part.file, part));
    most += file.size();
    files.push_back(std::move(file));
    info.first_seq = std::min(info.first_seq, part.first_seq);
    info.last_seq = std::max(info.last_seq, part.last_seq);
  }
  for (const KeyFile& file : files) open.push_back(&file);
  KENKO_TRY(KeyFileWriter writer, KeyFileWriter::open(folder + "/" + info.file, most));
  KENKO_TRY_STATUS(for_each_entry(open, parts, [&writer](const KeyEntry& entry) { return writer.add(entry); }));
  return writer.finish(info);
}

size_t files_to_merge(const std::vector<ports::KeyFileInfo>& live, size_t at_most) {
  if (live.size() <= at_most) return 0;
  // Enough that the next few commits need not merge; and on, as long as the next older file is not much larger.
  const size_t least = live.size() - at_most / 2;
  int64_t sum = 0;
  size_t count = 0;
  for (size_t i = live.size(); i-- > 0;) {
    if (count > least && live[i].entries > sum) break;
    sum += live[i].entries;
    ++count;
  }
  return count;
}

std::vector<ports::KeyFileInfo> few_files_to_merge(const std::vector<ports::KeyFileInfo>& live, size_t at_most,
                                                   const std::vector<int64_t>& taken) {
  if (live.size() <= at_most) return {};
  std::vector<ports::KeyFileInfo> free;  // what is taken is older than all of them
  for (const ports::KeyFileInfo& keys : live) {
    const bool is_taken = std::find(taken.begin(), taken.end(), keys.id) != taken.end();
    if (is_taken) {
      free.clear();
    } else {
      free.push_back(keys);
    }
  }
  const size_t count = std::min(free.size(), live.size() - at_most + 2);
  int64_t least = 0;
  size_t best = 0;
  for (size_t first = 0; first + count <= free.size(); ++first) {
    int64_t sum = 0;
    for (size_t i = first; i < first + count; ++i) sum += free[i].entries;
    if (first > 0 && sum >= least) continue;
    least = sum;
    best = first;
  }
  return {free.begin() + static_cast<std::ptrdiff_t>(best), free.begin() + static_cast<std::ptrdiff_t>(best + count)};
}

}  // namespace kenko::segments
