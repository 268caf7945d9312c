#include "segments/key_index.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "ports/files.h"
#include "segments/key_file.h"
#include "segments/reader.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

Status remake_key_file(const std::string& dir, const ports::SegmentInfo& segment) {
  std::vector<KeyedContent> entries;
  KENKO_TRY_STATUS(for_each_event(dir, {segment}, [&entries](facts::EventFact&& event) {
    entries.push_back(keyed_content(event));
    return true;
  }));
  std::sort(entries.begin(), entries.end());
  return write_key_file(keys_path(dir, segment), entries);
}

/// The first entry from `from` on that is not below `key`.  Doubles its steps, so that merging a few keys into many
/// entries and many into many are both fast.
size_t advance(std::span<const KeyedContent> entries, size_t from, const Hash128& key) {
  size_t step = 1;
  size_t low = from;
  while (low + step < entries.size() && entries[low + step].key < key) {
    low += step;
    step *= 2;
  }
  const auto end = entries.begin() + static_cast<std::ptrdiff_t>(std::min(entries.size(), low + step + 1));
  const auto found = std::lower_bound(entries.begin() + static_cast<std::ptrdiff_t>(low), end, key,
                                      [](const KeyedContent& e, const Hash128& k) { return e.key < k; });
  return static_cast<size_t>(found - entries.begin());
}

}  // namespace

KeyedContent keyed_content(const facts::EventFact& event) {
  return {facts::event_key(event.source, event.event_id), facts::content_hash(event).low};
}

struct KeyIndex::State {
  struct Segment {
    int64_t id = 0;
    KeyFile keys;
  };
  std::string dir;
  std::vector<Segment> segments;
};

KeyIndex::KeyIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyIndex::KeyIndex(KeyIndex&&) noexcept = default;
KeyIndex& KeyIndex::operator=(KeyIndex&&) noexcept = default;
KeyIndex::~KeyIndex() = default;

Result<KeyIndex> KeyIndex::open(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  KeyIndex index(std::make_unique<State>());
  index.state_->dir = dir;
  for (const ports::SegmentInfo& segment : catalog) {
    KENKO_TRY_STATUS(index.add(segment));
  }
  return index;
}

Status KeyIndex::add(const ports::SegmentInfo& segment) {
  const std::string path = keys_path(state_->dir, segment);
  Result<KeyFile> keys = KeyFile::open(path, segment.rows);
  if (!keys.ok()) {
    KENKO_TRY_STATUS(remake_key_file(state_->dir, segment));
    keys = KeyFile::open(path, segment.rows);
    if (!keys.ok()) return keys.problems();
  }
  state_->segments.push_back({segment.id, std::move(keys).value()});
  return Done{};
}

std::vector<Found> KeyIndex::lookup(std::span<const KeyedContent> wanted) const {
  std::vector<Found> answers(wanted.size(), Found::absent);
  for (const State::Segment& segment : state_->segments) {
    const std::span<const KeyedContent> entries = segment.keys.entries();
    size_t position = 0;
    for (size_t i = 0; i < wanted.size() && position < entries.size(); ++i) {
      position = advance(entries, position, wanted[i].key);
      for (size_t k = position; k < entries.size() && entries[k].key == wanted[i].key; ++k) {
        const Found one = entries[k].content == wanted[i].content ? Found::same : Found::other;
        answers[i] = answers[i] == Found::absent ? one : Found::several;
      }
    }
  }
  return answers;
}

std::vector<int64_t> KeyIndex::segments_of(std::span<const Hash128> keys) const {
  std::vector<int64_t> ids;
  for (const State::Segment& segment : state_->segments) {
    const std::span<const KeyedContent> entries = segment.keys.entries();
    size_t position = 0;
    for (const Hash128& key : keys) {
      position = advance(entries, position, key);
      if (position == entries.size()) break;
      if (entries[position].key != key) continue;
      ids.push_back(segment.id);
      break;
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

uint64_t KeyIndex::size() const {
  uint64_t count = 0;
  for (const State::Segment& segment : state_->segments) count += segment.keys.entries().size();
  return count;
}

}  // namespace kenko::segments
