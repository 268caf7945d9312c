#include "identity/versions.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <thread>
#include <tuple>

namespace kenko::identity {
namespace {

using facts::EventView;

bool same_id(Tables tables, RowId a, RowId b) {
  const EventView& ta = tables[a.table];
  const EventView& tb = tables[b.table];
  return ta.event_id(a.row) == tb.event_id(b.row) && ta.text(ta.source[a.row]) == tb.text(tb.source[b.row]);
}

// A total order over what two versions say.
auto content_rank(const EventView& e, uint32_t row) {
  const bool has_value = e.has(row, EventView::kHasValue);
  return std::make_tuple(e.has(row, EventView::kDeleted), e.occurred_at[row], e.text(e.account_ref[row]),
                         e.text(e.user_ref[row]), e.text(e.name[row]), has_value, e.value[row], e.text(e.currency[row]),
                         e.known_at[row]);
}

bool says_less(const EventView& a, uint32_t ra, const EventView& b, uint32_t rb) {
  const auto x = content_rank(a, ra);
  const auto y = content_rank(b, rb);
  if (x != y) return x < y;
  const auto ca = a.cells(ra);
  const auto cb = b.cells(rb);
  return std::lexicographical_compare(
      ca.begin(), ca.end(), cb.begin(), cb.end(), [&a, &b](const EventView::Cell& p, const EventView::Cell& q) {
        (void)b;
        return std::make_pair(a.text(p.key), a.text(p.value)) < std::make_pair(b.text(q.key), b.text(q.value));
      });
}

// One row under its key; those of equal keys are compared by their ids before they count as versions of one event.
struct Keyed {
  uint64_t key = 0;
  RowId id;
};

// Rows of equal keys -> groups of equal ids.  Keys are 64 bits, so other ids among them are next to impossible.
void add_groups(Tables tables, std::vector<Keyed>& found, Versions& out) {
  std::sort(found.begin(), found.end(),
            [](const Keyed& a, const Keyed& b) { return std::tie(a.key, a.id) < std::tie(b.key, b.id); });
  std::vector<RowId> rest;
  for (size_t i = 0; i < found.size();) {
    size_t end = i;
    rest.clear();
    for (; end < found.size() && found[end].key == found[i].key; ++end) rest.push_back(found[end].id);
    while (rest.size() > 1) {
      const RowId first = rest[0];
      const auto others =
          std::stable_partition(rest.begin(), rest.end(), [&](RowId id) { return same_id(tables, first, id); });
      if (others - rest.begin() > 1) {
        out.rows.insert(out.rows.end(), rest.begin(), others);
        out.end.push_back(out.rows.size());
      }
      rest.erase(rest.begin(), others);
    }
    i = end;
  }
}

// The keys of one range that stand in the tables more than once.
class RangeSearch {
 public:
  void find(Tables tables, uint64_t first, uint64_t last, Versions& out) {
    keys_.clear();
    for (uint32_t t = 0; t < tables.size(); ++t) {
      const auto keys = tables[t].index.key;
      const auto begin = std::lower_bound(keys.begin(), keys.end(), first);
      const auto end = std::upper_bound(begin, keys.end(), last);
      for (auto at = begin; at != end; ++at) {
        keys_.push_back({*at, {t, tables[t].index.key_row[static_cast<size_t>(at - keys.begin())]}});
      }
    }
    const size_t slots = std::bit_ceil(keys_.size() * 2 + 2);
    table_.assign(slots, 0);
    found_.clear();
    for (uint32_t i = 0; i < keys_.size(); ++i) {
      size_t slot = (keys_[i].key * 0x9E3779B97F4A7C15U) >> 20 & (slots - 1);
      while (table_[slot] != 0 && keys_[table_[slot] - 1].key != keys_[i].key) slot = (slot + 1) & (slots - 1);
      if (table_[slot] == 0) {
        table_[slot] = i + 1;
        continue;
      }
      found_.push_back(keys_[table_[slot] - 1]);  // again for each further one; taken out below
      found_.push_back(keys_[i]);
    }
    std::sort(found_.begin(), found_.end(),
              [](const Keyed& a, const Keyed& b) { return std::tie(a.key, a.id) < std::tie(b.key, b.id); });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const Keyed& a, const Keyed& b) { return a.key == b.key && a.id == b.id; }),
                 found_.end());
    add_groups(tables, found_, out);
  }

 private:
  std::vector<Keyed> keys_, found_;
  std::vector<uint32_t> table_;
};

}  // namespace

Versions find_versions(Tables tables, int threads) {
  size_t rows = 0;
  for (const EventView& table : tables) rows += table.size();
  // Ranges of keys that fit into the caches.
  constexpr size_t kKeysOfRange = 1 << 15;
  const int bits = static_cast<int>(std::bit_width(rows / kKeysOfRange));
  const size_t ranges = size_t{1} << bits;
  std::vector<Versions> found(ranges);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    RangeSearch search;
    for (size_t range = next++; range < ranges; range = next++) {
      const uint64_t first = bits == 0 ? 0 : static_cast<uint64_t>(range) << (64 - bits);
      const uint64_t last = bits == 0 ? UINT64_MAX : first | (UINT64_MAX >> bits);
      search.find(tables, first, last, found[range]);
    }
  };
  {
    std::vector<std::jthread> pool;
    for (int t = 1; t < threads && static_cast<size_t>(t) < ranges; ++t) pool.emplace_back(work);
    work();
  }
  Versions all;
  for (const Versions& part : found) {
    const size_t before = all.rows.size();
    all.rows.insert(all.rows.end(), part.rows.begin(), part.rows.end());
    for (const size_t end : part.end) all.end.push_back(before + end);
  }
  return all;
}

std::vector<RowId> versions_of(Tables tables, RowId row) {
  const EventView& own = tables[row.table];
  const uint64_t high = facts::event_key(own.text(own.source[row.row]), own.event_id(row.row)).high;
  std::vector<RowId> out;
  for (uint32_t t = 0; t < tables.size(); ++t) {
    for (const uint32_t r : tables[t].rows_of_key(high)) {
      if (same_id(tables, row, {t, r})) out.push_back({t, r});
    }
  }
  return out;
}

bool loses(Tables tables, RowId a, RowId b) {
  const EventView& ta = tables[a.table];
  const EventView& tb = tables[b.table];
  const auto order =
      std::make_pair(ta.version[a.row], ta.seq[a.row]) <=> std::make_pair(tb.version[b.row], tb.seq[b.row]);
  return order != 0 ? order < 0 : says_less(ta, a.row, tb, b.row);
}

HiddenRows overruled_rows(Tables tables, const facts::Cut& cut, int threads) {
  const Versions versions = find_versions(tables, threads);
  HiddenRows hidden(tables.size());
  const auto known = [&](RowId id) {
    return !cut.known_until || tables[id.table].known_at[id.row] <= cut.known_until->micros;
  };
  size_t begin = 0;
  for (const size_t end : versions.end) {
    size_t best = end;
    for (size_t i = begin; i < end; ++i) {
      if (known(versions.rows[i]) && (best == end || loses(tables, versions.rows[best], versions.rows[i]))) best = i;
    }
    for (size_t i = begin; i < end; ++i) {
      if (i != best) hidden.hide(versions.rows[i], tables[versions.rows[i].table].size());
    }
    begin = end;
  }
  return hidden;
}

}  // namespace kenko::identity
