#include "app/pending_events.h"

#include <algorithm>

namespace kenko::app {
namespace {

constexpr uint64_t kTagMask = 0xFFFF'FFFF'0000'0000;
constexpr size_t kFirstSlots = 1024;
// A list that has become that long will become a segment: room for all of it is taken at once, so that its rows are not
// moved again and again.  Untouched memory costs nothing.
constexpr size_t kManyRows = 32 * 1024;
constexpr size_t kUsualRows = 1'100'000;
constexpr size_t kUsualSlots = size_t{1} << 21U;

}  // namespace

segments::EventRow& PendingEvents::add(const segments::EventRow& row, const segments::EventRows& from,
                                       std::vector<uint32_t>& words) {
  make_room();
  segments::EventRow& added = rows_.add(row, from, words);
  before_.push_back(0);
  place(static_cast<uint32_t>(rows_.size() - 1));
  return added;
}

segments::EventRow& PendingEvents::add(const facts::EventFact& event) {
  make_room();
  segments::EventRow& added = rows_.add(event);
  before_.push_back(0);
  place(static_cast<uint32_t>(rows_.size() - 1));
  return added;
}

// The slot of a key, or the free one where it belongs.
size_t PendingEvents::slot_of(const Hash128& key) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = key.low & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (((slots_[slot] ^ key.high) & kTagMask) != 0) continue;
    if (rows_[static_cast<uint32_t>(slots_[slot]) - 1].key == key) break;
  }
  return slot;
}

void PendingEvents::place(uint32_t position) {
  const Hash128& key = rows_[position].key;
  const size_t slot = slot_of(key);
  before_[position] = static_cast<uint32_t>(slots_[slot]);
  slots_[slot] = (key.high & kTagMask) | (position + 1);
}

void PendingEvents::make_room() {
  if ((rows_.size() + 1) * 4 <= slots_.size() * 3) return;
  const bool many = rows_.size() >= kManyRows;
  if (many) {
    rows_.reserve(kUsualRows);
    before_.reserve(kUsualRows);
  }
  slots_.assign(std::max(many ? kUsualSlots : kFirstSlots, slots_.size() * 2), 0);
  for (uint32_t i = 0; i < rows_.size(); ++i) place(i);
}

uint32_t PendingEvents::find(const Hash128& key) const {
  return slots_.empty() ? 0 : static_cast<uint32_t>(slots_[slot_of(key)]);
}

void PendingEvents::shrink(size_t count) {
  if (count == rows_.size()) return;
  if (count == 0) return clear();
  rows_.shrink(count);
  before_.resize(count);
  std::fill(slots_.begin(), slots_.end(), 0);
  for (uint32_t i = 0; i < count; ++i) place(i);
}

void PendingEvents::clear() {
  rows_.clear();
  before_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
}

}  // namespace kenko::app
