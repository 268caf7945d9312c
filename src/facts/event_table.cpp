#include "facts/event_table.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace kenko::facts {
namespace {

/// Sorts rows by key.  Keys are hashes, so one pass puts each into a small bucket where it nearly stands.
void sort_keys(const std::vector<uint64_t>& keys, std::vector<uint64_t>& sorted, std::vector<uint32_t>& rows) {
  const size_t count = keys.size();
  const int bits = std::clamp(static_cast<int>(std::bit_width(count)) - 3, 1, 24);
  const auto bucket = [bits](uint64_t key) { return static_cast<size_t>(key >> (64 - bits)); };
  std::vector<uint32_t> begin((size_t{1} << bits) + 1, 0);
  for (const uint64_t key : keys) ++begin[bucket(key) + 1];
  for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
  struct Entry {
    uint64_t key;
    uint32_t row;
  };
  std::vector<Entry> entries(count);
  for (uint32_t row = 0; row < count; ++row) entries[next[bucket(keys[row])]++] = {keys[row], row};
  for (size_t b = 0; b + 1 < begin.size(); ++b) {
    std::sort(entries.begin() + begin[b], entries.begin() + begin[b + 1],
              [](const Entry& x, const Entry& y) { return x.key != y.key ? x.key < y.key : x.row < y.row; });
  }
  sorted.resize(count);
  rows.resize(count);
  for (size_t i = 0; i < count; ++i) {
    sorted[i] = entries[i].key;
    rows[i] = entries[i].row;
  }
}

}  // namespace

std::span<const uint32_t> EventView::rows_of_key(uint64_t high) const {
  const std::span<const uint64_t> keys = index.key;
  if (keys.empty() || high < keys.front() || high > keys.back()) return {};
  // Hashes are even, so the key stands near where its size says; from there in steps that double.
  const double share =
      static_cast<double>(high - keys.front()) / (static_cast<double>(keys.back() - keys.front()) + 1.0);
  size_t low = std::min(keys.size() - 1, static_cast<size_t>(share * static_cast<double>(keys.size())));
  size_t end = low;
  for (size_t step = 8; low > 0 && keys[low] >= high; step *= 2) low -= std::min(low, step);
  for (size_t step = 8; end < keys.size() && keys[end] < high; step *= 2) end = std::min(keys.size(), end + step);
  const auto begin = keys.begin() + static_cast<ptrdiff_t>(low);
  const auto limit = keys.begin() + static_cast<ptrdiff_t>(end);
  const auto first = static_cast<size_t>(std::lower_bound(begin, limit, high) - keys.begin());
  size_t after = first;
  while (after < keys.size() && keys[after] == high) ++after;
  return index.key_row.subspan(first, after - first);
}

void EventTable::add(const EventFact& e) {
  const auto code = [this](const std::optional<std::string>& s) { return s ? texts.intern(*s) : 0; };
  index_.reset();
  key_.push_back(event_key(e.source, e.event_id).high);
  id_bytes_ += e.event_id;
  id_end_.push_back(id_bytes_.size());
  source_.push_back(texts.intern(e.source));
  account_ref_.push_back(code(e.account_ref));
  user_ref_.push_back(code(e.user_ref));
  name_.push_back(texts.intern(e.name));
  currency_.push_back(e.currency.empty() ? 0 : texts.intern(e.currency));
  occurred_at_.push_back(e.occurred_at.micros);
  known_at_.push_back(e.recorded.known_at.micros);
  seq_.push_back(e.recorded.seq);
  version_.push_back(e.version);
  value_.push_back(e.value ? e.value->micros : 0);
  const int flags = (e.value ? EventView::kHasValue : 0) | (e.deleted ? EventView::kDeleted : 0) |
                    (e.recorded.assumed ? EventView::kAssumed : 0);
  flags_.push_back(static_cast<uint8_t>(flags));
  for (const Property& p : e.properties) properties_.push_back({texts.intern(p.key), texts.intern(p.value)});
  property_end_.push_back(properties_.size());
}

void EventTable::add(const EventTable& other) {
  const EventView from = other.view();
  std::vector<uint32_t> codes(other.texts.size() + 1, 0);
  const auto code = [&](uint32_t old) {
    if (old != 0 && codes[old] == 0) codes[old] = texts.intern(other.texts.text(old));
    return codes[old];
  };
  index_.reset();
  key_.insert(key_.end(), other.key_.begin(), other.key_.end());
  for (size_t row = 0; row < from.size(); ++row) {
    id_bytes_ += from.event_id(row);
    id_end_.push_back(id_bytes_.size());
    source_.push_back(code(from.source[row]));
    account_ref_.push_back(code(from.account_ref[row]));
    user_ref_.push_back(code(from.user_ref[row]));
    name_.push_back(code(from.name[row]));
    currency_.push_back(code(from.currency[row]));
    for (const EventView::Cell& cell : from.cells(row)) properties_.push_back({code(cell.key), code(cell.value)});
    property_end_.push_back(properties_.size());
  }
  const auto append = [](auto& to, const auto& all) { to.insert(to.end(), all.begin(), all.end()); };
  append(occurred_at_, other.occurred_at_);
  append(known_at_, other.known_at_);
  append(seq_, other.seq_);
  append(version_, other.version_);
  append(value_, other.value_);
  append(flags_, other.flags_);
}

EventView EventTable::view() const {
  const size_t n = key_.size();
  KENKO_CHECK(n < UINT32_MAX && flags_.size() == n && id_end_.size() == n && property_end_.size() == n, "{} rows", n);
  EventView v;
  v.rows = n;
  v.texts = &texts;
  v.source = {source_, n};
  v.account_ref = {account_ref_, n};
  v.user_ref = {user_ref_, n};
  v.name = {name_, n};
  v.currency = {currency_, n};
  v.occurred_at = {occurred_at_, n};
  v.known_at = {known_at_, n};
  v.seq = {seq_, n};
  v.version = {version_, n};
  v.value = {value_, n};
  v.flags = {flags_, n};
  v.property_end = {property_end_, n};
  v.id_end = {id_end_, n};
  v.properties = properties_;
  v.id_bytes = id_bytes_;
  if (index_ == nullptr) {
    auto index = std::make_unique<Index>();
    sort_keys(key_, index->key, index->key_row);
    if (n > 0) index->last_seq = *std::max_element(seq_.begin(), seq_.end());
    for (uint32_t row = 0; row < n; ++row) {
      if (account_ref_[row] == 0) {
        if (user_ref_[row] != 0) index->loose.push_back({user_ref_[row], row});
        continue;
      }
      auto& runs = index->runs;
      const bool goes_on = !runs.empty() && runs.back().end == row && runs.back().ref == account_ref_[row] &&
                           runs.back().source == source_[row];
      if (goes_on) {
        ++runs.back().end;
      } else {
        runs.push_back({account_ref_[row], source_[row], row, row + 1});
      }
    }
    std::sort(index->runs.begin(), index->runs.end());
    std::sort(index->loose.begin(), index->loose.end());
    index_ = std::move(index);
  }
  v.index = {index_->key, index_->key_row, index_->runs, index_->loose};
  v.last_seq = index_->last_seq;
  return v;
}

void EventTableFiller::reserve(size_t rows) {
  for (auto* column : {&source, &account_ref, &user_ref, &name, &currency}) column->reserve(rows);
  for (auto* column : {&occurred_at, &known_at, &seq, &version, &value}) column->reserve(rows);
  for (auto* column : {&key, &property_end, &id_end}) column->reserve(rows);
  flags.reserve(rows);
}

}  // namespace kenko::facts
