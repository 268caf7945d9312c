#include "app/import_events.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "segments/reader.h"

namespace kenko::app {

using facts::EventFact;
using segments::Found;

namespace {

const Hash128 kNoRecord{};

uint64_t low_content(const EventFact& event) { return facts::content_hash(event).low; }

}  // namespace

void PendingEvents::add(EventFact&& event, const Hash128& key, uint64_t content) {
  // The first block is large, so that usual imports never move their events; untouched memory costs nothing.
  constexpr size_t kFirstBlock = 100'000;
  if (events_.capacity() == 0) events_.reserve(kFirstBlock);
  if ((events_.size() + 1) * 2 > slots_.size()) grow();
  events_.push_back(std::move(event));
  entries_.push_back({key, content, 0});
  place(static_cast<uint32_t>(events_.size() - 1));
}

void PendingEvents::place(uint32_t position) {
  const size_t mask = slots_.size() - 1;
  size_t slot = entries_[position].key.low & mask;
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].key != entries_[position].key) slot = (slot + 1) & mask;
  entries_[position].before = slots_[slot];
  slots_[slot] = position + 1;
}

void PendingEvents::grow() {
  slots_.assign(std::max<size_t>(slots_.size() * 2, 1024), 0);
  for (uint32_t i = 0; i < entries_.size(); ++i) place(i);
}

uint32_t PendingEvents::find(const Hash128& key) const {
  if (slots_.empty()) return 0;
  const size_t mask = slots_.size() - 1;
  size_t slot = key.low & mask;
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].key != key) slot = (slot + 1) & mask;
  return slots_[slot];
}

void PendingEvents::shrink(size_t count) {
  if (count == events_.size()) return;
  events_.resize(count);
  entries_.resize(count);
  std::fill(slots_.begin(), slots_.end(), 0);
  for (uint32_t i = 0; i < count; ++i) place(i);
}

// Finds out what is stored of every key of the chunk, and reads the versions that a decision needs.
Status EventDecider::look_up(std::span<const Candidate> candidates, std::span<const Given> given) {
  const size_t count = candidates.size() + given.size();
  found_.assign(count, Found::absent);
  stored_.clear();
  stored_content_.clear();
  stored_of_key_.clear();
  if (index_.size() == 0 || count == 0) return Done{};

  std::vector<segments::KeyedContent> wanted(count);
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = 0; i < candidates.size(); ++i) {
    wanted[i] = segments::keyed_content(candidates[i].key, candidates[i].content, candidates[i].event.version);
  }
  for (size_t i = 0; i < given.size(); ++i) wanted[candidates.size() + i] = {given[i].key, 0};
  std::sort(order.begin(), order.end(), [&wanted](uint32_t a, uint32_t b) { return wanted[a] < wanted[b]; });
  std::vector<segments::KeyedContent> sorted(count);
  for (size_t i = 0; i < count; ++i) sorted[i] = wanted[order[i]];
  KENKO_TRY(const std::vector<Found> answers, index_.lookup(sorted));

  std::vector<Hash128> to_read;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t who = order[i];
    found_[who] = answers[i];
    // That the version which counts has the same content and version number settles it.
    const bool settled = answers[i] == Found::absent || (answers[i] == Found::same && who < candidates.size());
    if (!settled && (to_read.empty() || to_read.back() != sorted[i].key)) to_read.push_back(sorted[i].key);
  }
  if (to_read.empty()) return Done{};
  KENKO_TRY(stored_, segments::read_versions(dir_, segments_, to_read));
  Hash128 before;
  for (uint32_t i = 0; i < stored_.size(); ++i) {
    const Hash128 key = facts::event_key(stored_[i].source, stored_[i].event_id);
    stored_content_.push_back(low_content(stored_[i]));
    if (i == 0 || key != before) stored_of_key_.emplace(key, std::pair{i, i});
    ++stored_of_key_[key].second;
    before = key;
  }
  return Done{};
}

// Without the stored versions, which then were not needed, the one that counts is the one asked for.
void EventDecider::collect(const Hash128& key, Found found, uint64_t content, int64_t version) {
  versions_.clear();
  if (found != Found::absent) {
    const auto read = stored_of_key_.find(key);
    if (read != stored_of_key_.end()) {
      for (uint32_t i = read->second.first; i < read->second.second; ++i) {
        versions_.push_back({stored_content_[i], stored_[i].version, stored_[i].recorded.seq, &stored_[i]});
      }
    } else {
      versions_.push_back({content, version, 0, nullptr});
    }
  }
  for (uint32_t at = pending_.find(key); at != 0; at = pending_.entry(at - 1).before) {
    const EventFact& event = pending_.event(at - 1);
    versions_.push_back({pending_.entry(at - 1).content, event.version, event.recorded.seq, &event});
  }
}

const EventDecider::Version* EventDecider::winner() const {
  const auto best = std::max_element(versions_.begin(), versions_.end(), [](const Version& a, const Version& b) {
    return std::tie(a.version, a.seq) < std::tie(b.version, b.seq);
  });
  return best == versions_.end() ? nullptr : &*best;
}

void EventDecider::store(EventFact&& event, const Hash128& key, uint64_t content) {
  event.recorded.seq = next_seq_++;
  pending_.add(std::move(event), key, content);
}

uint8_t EventDecider::decide_event(Candidate& c, Found found, const facts::Recorded* replaced, bool known_by_column) {
  EventFact& e = c.event;
  collect(c.key, found, c.content, e.version);
  const Version* w = winner();
  if (w == nullptr) {
    // What the row gave before under another name was known then.
    if (replaced != nullptr && !(replaced->assumed && e.recorded.assumed)) e.recorded = *replaced;
    store(std::move(e), c.key, c.content);
    return kAdded;
  }
  if (w->content == c.content) {
    if (e.version > w->version) store(std::move(e), c.key, c.content);
    return kAlready;
  }
  const bool has_raw = e.raw != kNoRecord;
  if (has_raw && w->fact != nullptr && w->fact->raw == e.raw) {
    e.version = std::max(e.version, w->version);
    e.recorded = w->fact->recorded;
    store(std::move(e), c.key, c.content);
    return kCorrected;
  }
  const bool later = e.version > w->version;
  const bool seen = std::any_of(versions_.begin(), versions_.end(), [&](const Version& v) {
    const bool same = v.content == c.content || (has_raw && v.fact != nullptr && v.fact->raw == e.raw);
    return same && v.version == e.version;
  });
  if (e.version < w->version) {
    if (!seen) store(std::move(e), c.key, c.content);
    return kAlready;
  }
  if (!later && seen) return kAlready;
  if (!known_by_column) {
    e.recorded.known_at = now_;
    e.recorded.assumed = false;
  }
  store(std::move(e), c.key, c.content);
  return kCorrected;
}

// True when a deletion was written; `replaced` is then when the deleted version was known.
bool EventDecider::delete_given(const Given& given, Found found, uint64_t mapping, facts::Recorded& replaced) {
  if (found == Found::absent && pending_.find(given.key) == 0) return false;
  collect(given.key, found, 0, 0);
  const Version* w = winner();
  if (w == nullptr || w->fact == nullptr || w->fact->deleted || w->fact->raw != given.raw) return false;
  EventFact deletion = *w->fact;
  replaced = deletion.recorded;
  deletion.deleted = true;
  deletion.mapping = mapping;
  const uint64_t content = low_content(deletion);
  store(std::move(deletion), given.key, content);
  return true;
}

Result<int64_t> EventDecider::decide(std::span<Candidate> candidates, std::span<const Given> given,
                                     bool known_by_column, uint64_t mapping, std::vector<uint8_t>& fates) {
  KENKO_TRY_STATUS(look_up(candidates, given));
  int64_t deleted = 0;
  size_t next_given = 0;
  size_t next = 0;
  while (next < candidates.size() || next_given < given.size()) {
    uint32_t row = UINT32_MAX;
    if (next < candidates.size()) row = candidates[next].row;
    if (next_given < given.size()) row = std::min(row, given[next_given].row);
    // Deletions first: what the row gives instead takes over when it was known.
    facts::Recorded replaced;
    bool any = false;
    for (; next_given < given.size() && given[next_given].row == row; ++next_given) {
      facts::Recorded of_deleted;
      if (!delete_given(given[next_given], found_[candidates.size() + next_given], mapping, of_deleted)) continue;
      if (!any || of_deleted.known_at < replaced.known_at) replaced = of_deleted;
      any = true;
      fates[row] |= kDeleted;
      ++deleted;
    }
    for (; next < candidates.size() && candidates[next].row == row; ++next) {
      fates[row] |= decide_event(candidates[next], found_[next], any ? &replaced : nullptr, known_by_column);
    }
  }
  return deleted;
}

}  // namespace kenko::app
