#include "segments/key_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

#include "ports/files.h"
#include "segments/key_merge.h"
#include "segments/reader.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

/// Makes a key file out of the events of its seq.  Where the seq of another file overlap, their ids come in, too, which
/// does no harm.
class Remaker {
 public:
  Remaker(std::string folder, const ports::KeyFileInfo& info) : folder_(std::move(folder)), info_(info) {}
  ~Remaker() {
    for (const ports::KeyFileInfo& run : runs_) ports::remove_file(folder_ + "/" + run.file);
  }

  Status run(const std::string& dir, const std::vector<ports::SegmentInfo>& segments) {
    std::vector<ports::SegmentInfo> wanted;
    for (const ports::SegmentInfo& s : segments) {
      if (s.first_seq <= info_.last_seq && s.last_seq >= info_.first_seq) wanted.push_back(s);
    }
    Status failure = Done{};
    KENKO_TRY_STATUS(for_each_event(dir, wanted, [&](facts::EventFact&& event) {
      const int64_t seq = event.recorded.seq;
      if (seq < info_.first_seq || seq > info_.last_seq) return true;
      versions_.push_back({keyed_content(event), event.version, seq});
      if (versions_.size() == kRunVersions) failure = finish_run();
      return failure.ok();
    }));
    KENKO_TRY_STATUS(failure);
    if (runs_.empty()) return write_key_file(folder_ + "/" + info_.file, versions_, info_);
    KENKO_TRY_STATUS(finish_run());
    // Runs are not in the order of seq: their bounds say that they overlap.
    const int64_t first = info_.first_seq;
    const int64_t last = info_.last_seq;
    KENKO_TRY_STATUS(merge_key_files(folder_, runs_, info_));
    KENKO_CHECK(info_.first_seq == first && info_.last_seq == last, "seq {} to {}", info_.first_seq, info_.last_seq);
    return Done{};
  }

 private:
  static constexpr size_t kRunVersions = 4'000'000;

  Status finish_run() {
    ports::KeyFileInfo run = info_;
    run.file = fmt::format("{}.run{}{}", info_.file, runs_.size(), ports::kTemporarySuffix);
    runs_.push_back(run);
    KENKO_TRY_STATUS(write_key_file(folder_ + "/" + run.file, versions_, runs_.back()));
    versions_.clear();
    return Done{};
  }

  std::string folder_;
  ports::KeyFileInfo info_;
  std::vector<KeyVersion> versions_;
  std::vector<ports::KeyFileInfo> runs_;
};

}  // namespace

std::shared_ptr<const KeyFile> OpenKeyFiles::find(const ports::KeyFileInfo& info) const {
  const std::lock_guard guard(lock_);
  const auto at = files_.find(info.file);
  return at == files_.end() ? nullptr : at->second.lock();
}

void OpenKeyFiles::add(const ports::KeyFileInfo& info, const std::shared_ptr<const KeyFile>& file) {
  const std::lock_guard guard(lock_);
  std::erase_if(files_, [](const auto& named) { return named.second.expired(); });
  files_[info.file] = file;
}

struct KeyIndex::State {
  struct File {
    ports::KeyFileInfo info;
    std::shared_ptr<const KeyFile> keys;  // replaced when it is mended
  };
  std::string dir;
  std::vector<ports::SegmentInfo> segments;
  std::vector<File> files;  // by first_seq, id
  std::mutex mending;
  OpenKeyFiles* others = nullptr;

  [[nodiscard]] std::shared_ptr<const KeyFile> keys_of(const File& file) {
    const std::lock_guard lock(mending);
    return file.keys;
  }

  /// Makes the file again, unless another thread did since `seen` was taken.
  Status mend(File& file, const std::shared_ptr<const KeyFile>& seen) {
    const std::lock_guard lock(mending);
    if (file.keys != seen) return Done{};
    KENKO_TRY_STATUS(Remaker(events_folder(dir), file.info).run(dir, segments));
    KENKO_TRY(KeyFile keys, KeyFile::open(keys_path(dir, file.info), file.info));
    hold(file, std::move(keys));
    return Done{};
  }
  void hold(File& file, KeyFile keys) const {
    file.keys = std::make_shared<const KeyFile>(std::move(keys));
    if (others != nullptr) others->add(file.info, file.keys);
  }

  /// Runs `use(const KeyFile&)`, once more when the file was found damaged and mended.
  template <typename Use>
  Status with(File& file, Use use) {
    const std::shared_ptr<const KeyFile> keys = keys_of(file);
    if (keys != nullptr) {
      Status used = use(*keys);
      if (used.ok() || used.problems()[0].code != "key-file-damaged") return used;
    }
    KENKO_TRY_STATUS(mend(file, keys));
    return use(*keys_of(file));
  }
};

KeyIndex::KeyIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyIndex::KeyIndex(KeyIndex&&) noexcept = default;
KeyIndex& KeyIndex::operator=(KeyIndex&&) noexcept = default;
KeyIndex::~KeyIndex() = default;

Result<KeyIndex> KeyIndex::open(const std::string& dir, const ports::Snapshot& snapshot, OpenKeyFiles* others) {
  KeyIndex index(std::make_unique<State>());
  State& state = *index.state_;
  state.dir = dir;
  state.others = others;
  state.segments = snapshot.segments;
  for (const ports::KeyFileInfo& info : snapshot.key_files) {
    State::File& file = state.files.emplace_back(info, nullptr);
    if (others != nullptr) file.keys = others->find(info);
    if (file.keys) continue;
    auto keys = KeyFile::open(keys_path(dir, info), info);
    if (keys.ok()) {
      state.hold(file, std::move(keys).value());
      continue;
    }
    const std::string& code = keys.problems()[0].code;
    if (code != "key-file-damaged" && code != "file-missing") return keys.problems();
    KENKO_TRY_STATUS(state.mend(file, nullptr));
  }
  return index;
}

Status KeyIndex::add(const ports::SegmentInfo& segment, const ports::KeyFileInfo& keys) {
  KENKO_TRY(KeyFile file, KeyFile::open(keys_path(state_->dir, keys), keys));
  state_->segments.push_back(segment);
  state_->files.push_back({keys, std::make_shared<const KeyFile>(std::move(file))});
  std::sort(state_->files.begin(), state_->files.end(), [](const State::File& a, const State::File& b) {
    return std::tie(a.info.first_seq, a.info.id) < std::tie(b.info.first_seq, b.info.id);
  });
  return Done{};
}

Result<std::vector<Found>> KeyIndex::lookup(std::span<const KeyedContent> wanted) const {
  constexpr size_t kAhead = 16;
  std::vector<EntryMix> mixes(wanted.size());
  std::vector<std::pair<size_t, const KeyEntry*>> hits;
  for (State::File& file : state_->files) {
    // The entries are copied out before the file can be let go.
    KENKO_TRY_STATUS(state_->with(file, [&](const KeyFile& keys) -> Status {
      hits.clear();
      size_t from = 0;
      for (size_t i = 0; i < wanted.size(); ++i) {
        if (i + kAhead < wanted.size()) keys.prefetch(wanted[i + kAhead].key);
        KENKO_TRY(const bool maybe, keys.may_hold(wanted[i].key));
        if (!maybe) continue;
        KENKO_TRY(const KeyEntry* entry, keys.find(wanted[i].key, from));
        if (entry != nullptr) hits.emplace_back(i, entry);
      }
      for (const auto& [i, entry] : hits) mixes[i].add(*entry, file.info);
      return Done{};
    }));
  }
  std::vector<Found> answers(wanted.size(), Found::absent);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!mixes[i].any()) continue;
    const KeyEntry& entry = mixes[i].entry();
    const bool known = !(entry.several() && entry.versioned());
    answers[i] = known && entry.content() == wanted[i].content ? Found::same
                 : entry.several()                             ? Found::several
                                                               : Found::other;
  }
  return answers;
}

Result<Found> KeyIndex::find(const KeyedContent& wanted) const {
  KENKO_TRY(const std::vector<Found> answers, lookup({&wanted, 1}));
  return answers[0];
}

Result<std::vector<ports::SegmentInfo>> KeyIndex::segments_holding(std::span<const Hash128> keys) const {
  std::vector<bool> holds(state_->segments.size(), false);
  for (State::File& file : state_->files) {
    bool found = false;
    KENKO_TRY_STATUS(state_->with(file, [&](const KeyFile& opened) -> Status {
      size_t from = 0;
      for (size_t i = 0; i < keys.size() && !found; ++i) {
        KENKO_TRY(const bool maybe, opened.may_hold(keys[i]));
        if (!maybe) continue;
        KENKO_TRY(const KeyEntry* entry, opened.find(keys[i], from));
        found = entry != nullptr;
      }
      return Done{};
    }));
    for (size_t i = 0; found && i < holds.size(); ++i) {
      const ports::SegmentInfo& s = state_->segments[i];
      if (s.first_seq <= file.info.last_seq && s.last_seq >= file.info.first_seq) holds[i] = true;
    }
  }
  std::vector<ports::SegmentInfo> segments;
  for (size_t i = 0; i < holds.size(); ++i) {
    if (holds[i]) segments.push_back(state_->segments[i]);
  }
  return segments;
}

void KeyIndex::bring_near() const {
  for (const State::File& file : state_->files) {
    if (const auto keys = state_->keys_of(file)) keys->bring_near();
  }
}

uint64_t KeyIndex::size() const {
  uint64_t count = 0;
  for (const State::File& file : state_->files) count += state_->keys_of(file)->size();
  return count;
}

Status KeyIndex::for_each_several(const std::function<Status(const Hash128&)>& sink) const {
  std::vector<std::shared_ptr<const KeyFile>> held;
  std::vector<const KeyFile*> files;
  std::vector<ports::KeyFileInfo> infos;
  for (State::File& file : state_->files) {
    KENKO_TRY_STATUS(state_->with(file, [](const KeyFile& keys) { return keys.check(); }));
    held.push_back(state_->keys_of(file));
    files.push_back(held.back().get());
    infos.push_back(file.info);
  }
  return for_each_entry(
      files, infos, [&sink](const KeyEntry& entry) -> Status { return entry.several() ? sink(entry.key) : Done{}; });
}

Status KeyIndex::mend(const std::string& dir, const ports::Snapshot& snapshot) {
  KENKO_TRY(const KeyIndex index, open(dir, snapshot));
  for (State::File& file : index.state_->files) {
    KENKO_TRY_STATUS(index.state_->with(file, [](const KeyFile& keys) { return keys.check(); }));
  }
  return Done{};
}

Status KeyIndex::check(const std::string& dir, const ports::Snapshot& snapshot) {
  Problems problems;
  for (const ports::KeyFileInfo& info : snapshot.key_files) {
    const auto keys = KeyFile::open(keys_path(dir, info), info);
    const Status good = keys.ok() ? keys->check() : Status(keys.problems());
    if (!good.ok()) problems.insert(problems.end(), good.problems().begin(), good.problems().end());
  }
  if (!problems.empty()) return problems;
  return Done{};
}

}  // namespace kenko::segments
