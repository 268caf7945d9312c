#include "app/import_events.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kenko::app {

using facts::EventFact;
using segments::EventRow;
using segments::Found;

namespace {

constexpr Hash128 kNoRecord{};
constexpr size_t kAhead = 16;  // how many rows earlier memory is asked for

/// What is asked of the key files, and for whom.
struct Wanted {
  segments::KeyedContent says;
  uint32_t who = 0;
};

// Keys are hashes: dealt out by their first bits they are nearly in order.
void sort_by_key(std::vector<Wanted>& wanted) {
  constexpr size_t kBits = 12;
  const auto pile_of = [](const Wanted& w) { return w.says.key.high >> (64 - kBits); };
  std::vector<size_t> begin((size_t{1} << kBits) + 1, 0);
  for (const Wanted& w : wanted) ++begin[pile_of(w) + 1];
  for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<Wanted> dealt(wanted.size());
  std::vector<size_t> next(begin.begin(), begin.end() - 1);
  for (const Wanted& w : wanted) dealt[next[pile_of(w)]++] = w;
  for (size_t i = 0; i + 1 < begin.size(); ++i) {
    std::sort(dealt.begin() + static_cast<std::ptrdiff_t>(begin[i]),
              dealt.begin() + static_cast<std::ptrdiff_t>(begin[i + 1]),
              [](const Wanted& a, const Wanted& b) { return a.says < b.says; });
  }
  wanted.swap(dealt);
}

}  // namespace

// Finds out what is stored of every key of the chunk, and reads the versions that a decision needs.
Status EventDecider::look_up(std::span<const Candidate> candidates, std::span<const Given> given) {
  const size_t count = candidates.size() + given.size();
  found_.assign(count, Found::absent);
  stored_.clear();
  stored_content_.clear();
  stored_of_key_.clear();
  if (index_.size() == 0 || count == 0) return Done{};

  std::vector<Wanted> order;
  order.reserve(count);
  for (const Candidate& c : candidates) {
    const EventRow& e = c.event();
    order.push_back({segments::keyed_content(e.key, e.content, e.version), static_cast<uint32_t>(order.size())});
  }
  for (const Given& g : given) order.push_back({{g.key, 0}, static_cast<uint32_t>(order.size())});
  sort_by_key(order);
  std::vector<segments::KeyedContent> sorted(count);
  for (size_t i = 0; i < count; ++i) sorted[i] = order[i].says;
  KENKO_TRY(const std::vector<Found> answers, index_.lookup(sorted));

  std::vector<Hash128> to_read;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t who = order[i].who;
    const Hash128& key = sorted[i].key;
    found_[who] = answers[i];
    // That the version which counts has the same content and version number settles it.  Not for a deletion when the
    // event may have come back since: all deletions of an id have the same content.
    const bool alone = (i == 0 || sorted[i - 1].key != key) && (i + 1 == count || sorted[i + 1].key != key);
    const bool settled =
        answers[i] == Found::absent || (answers[i] == Found::same && who < candidates.size() &&
                                        (!candidates[who].event().deleted || (alone && !is_pending(key))));
    if (!settled && (to_read.empty() || to_read.back() != key)) to_read.push_back(key);
  }
  return to_read.empty() ? Status(Done{}) : read_stored(to_read);
}

Status EventDecider::read_stored(const std::vector<Hash128>& keys) {
  KENKO_TRY(const std::vector<ports::SegmentInfo> holding, index_.segments_holding(keys));
  KENKO_TRY(stored_, reader_.read(holding, keys));
  Hash128 before;
  for (uint32_t i = 0; i < stored_.size(); ++i) {
    const Hash128 key = facts::event_key(stored_[i].source, stored_[i].event_id);
    stored_content_.push_back(facts::content_hash(stored_[i]).low);
    if (i == 0 || key != before) stored_of_key_.emplace(key, std::pair{i, i});
    ++stored_of_key_[key].second;
    before = key;
  }
  return Done{};
}

bool EventDecider::is_pending(const Hash128& key) const {
  return pending_.find(key) != 0 || (leaving_ != nullptr && leaving_->find(key) != 0);
}

void EventDecider::prefetch(const Hash128& key) const {
  pending_.prefetch(key);
  if (leaving_ != nullptr) leaving_->prefetch(key);
}

void EventDecider::collect(const Hash128& key, const PendingEvents& list) {
  for (uint32_t at = list.find(key); at != 0; at = list.before(at - 1)) {
    const EventRow& e = list.rows()[at - 1];
    versions_.push_back(
        {e.content, e.version, true, e.deleted, e.raw, {e.known_at, e.seq, e.assumed}, nullptr, &list, at - 1});
  }
}

// Without the stored versions, which then were not needed, the one that counts is the one asked for.
void EventDecider::collect(const Hash128& key, Found found, uint64_t content, int64_t version) {
  versions_.clear();
  if (found != Found::absent) {
    const auto read = stored_of_key_.find(key);
    if (read == stored_of_key_.end()) {
      Version& equal = versions_.emplace_back();
      equal.content = content;
      equal.version = version;
    } else {
      for (uint32_t i = read->second.first; i < read->second.second; ++i) {
        const EventFact& e = stored_[i];
        versions_.push_back({stored_content_[i], e.version, true, e.deleted, e.raw, e.recorded, &e, nullptr, 0});
      }
    }
  }
  collect(key, pending_);
  if (leaving_ != nullptr) collect(key, *leaving_);
}

const EventDecider::Version* EventDecider::winner() const {
  const auto best = std::max_element(versions_.begin(), versions_.end(), [](const Version& a, const Version& b) {
    return std::tie(a.version, a.recorded.seq) < std::tie(b.version, b.recorded.seq);
  });
  return best == versions_.end() ? nullptr : &*best;
}

void EventDecider::store(const Candidate& c) {
  if (c.events != words_of_) {
    words_of_ = c.events;
    words_.clear();
  }
  c.event().seq = next_seq_++;
  pending_.add(c.event(), *c.events, words_);
}

uint8_t EventDecider::decide_event(const Candidate& c, Found found, const facts::Recorded* replaced,
                                   bool known_by_column) {
  EventRow& e = c.event();
  if (found == Found::absent && !is_pending(e.key)) {
    // What the row gave before under another name was known then.
    if (replaced != nullptr && !(replaced->assumed && e.assumed)) {
      e.known_at = replaced->known_at;
      e.assumed = replaced->assumed;
    }
    store(c);
    return kAdded;
  }
  collect(e.key, found, e.content, e.version);
  const Version& w = *winner();
  if (w.content == e.content) {
    if (e.version > w.version) store(c);
    return kAlready;
  }
  const bool has_raw = e.raw != kNoRecord;
  if (has_raw && w.known && w.raw == e.raw) {
    e.version = std::max(e.version, w.version);
    e.known_at = w.recorded.known_at;
    e.assumed = w.recorded.assumed;
    store(c);
    return kCorrected;
  }
  const bool later = e.version > w.version;
  // A deletion says nothing but that there is no event: its record alone tells an old one from a new one.
  const bool by_record_alone = e.deleted && has_raw;
  const bool seen = std::any_of(versions_.begin(), versions_.end(), [&](const Version& v) {
    const bool same_record = has_raw && v.known && v.raw == e.raw;
    return v.version == e.version && (same_record || (!by_record_alone && v.content == e.content));
  });
  if (e.version < w.version) {
    if (!seen) store(c);
    return kAlready;
  }
  if (!later && seen) return kAlready;
  if (!known_by_column) {
    e.known_at = now_;
    e.assumed = false;
  }
  store(c);
  return kCorrected;
}

// True when a deletion was written; `replaced` is then when the deleted version was known.
bool EventDecider::delete_given(const Given& given, Found found, uint64_t mapping, facts::Recorded& replaced) {
  if (found == Found::absent && !is_pending(given.key)) return false;
  collect(given.key, found, 0, 0);
  const Version* w = winner();
  if (w == nullptr || !w->known || w->deleted || w->raw != given.raw) return false;
  replaced = w->recorded;
  EventFact deletion = w->stored != nullptr ? *w->stored : w->list->rows().fact(w->position);
  deletion.deleted = true;
  deletion.mapping = mapping;
  deletion.recorded.seq = next_seq_++;
  pending_.add(deletion);
  return true;
}

Result<int64_t> EventDecider::decide(std::span<const Candidate> candidates, std::span<const Given> given,
                                     bool known_by_column, uint64_t mapping, std::vector<uint8_t>& fates) {
  KENKO_TRY_STATUS(look_up(candidates, given));
  words_of_ = nullptr;
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
      if (next + kAhead < candidates.size()) prefetch(candidates[next + kAhead].event().key);
      fates[row] |= decide_event(candidates[next], found_[next], any ? &replaced : nullptr, known_by_column);
    }
  }
  return deleted;
}

}  // namespace kenko::app
