// Which version of an event counts, and whose it is.

#include <algorithm>
#include <bit>
#include <span>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "identity/events.h"

namespace kenko::identity {
namespace {

using facts::EventTable;

std::string_view text_of(const EventTable& events, uint32_t code) {
  return code == 0 ? std::string_view() : events.texts.text(code);
}

std::span<const EventTable::Cell> cells_of(const EventTable& events, uint32_t row) {
  const uint64_t begin = row == 0 ? 0 : events.property_end[row - 1];
  return std::span(events.properties).subspan(begin, events.property_end[row] - begin);
}

// A total order over what two versions say; only asked when (version, seq) is equal, so that no arrival order decides.
bool says_less(const EventTable& e, uint32_t a, uint32_t b) {
  const auto rank = [&e](uint32_t row) {
    return std::make_tuple(e.deleted[row], e.occurred_at[row].micros, text_of(e, e.account_ref[row]),
                           text_of(e, e.user_ref[row]), text_of(e, e.name[row]), e.has_value[row], e.value[row],
                           text_of(e, e.currency[row]), e.known_at[row].micros);
  };
  const auto ra = rank(a);
  const auto rb = rank(b);
  if (ra != rb) return ra < rb;
  const auto ca = cells_of(e, a);
  const auto cb = cells_of(e, b);
  return std::lexicographical_compare(ca.begin(), ca.end(), cb.begin(), cb.end(),
                                      [&e](const EventTable::Cell& x, const EventTable::Cell& y) {
                                        return std::make_pair(text_of(e, x.key), text_of(e, x.value)) <
                                               std::make_pair(text_of(e, y.key), text_of(e, y.value));
                                      });
}

// What references of events stand for, by source code and ref code.  Most refs belong to one source and never change:
// those are found in one step; refs that several sources use, by a map.
class ReferenceCache {
 public:
  explicit ReferenceCache(size_t refs) : direct_(refs + 1) {}

  template <typename Make>
  uint32_t at(uint32_t source, uint32_t ref, Day day, const Make& make) {
    Entry& entry = direct_[ref];
    if (entry.source == 0) entry = keep(source, make());
    if (entry.source == source) return entry.dated ? timelines_[entry.target].at(day) : entry.target;
    const uint64_t key = (static_cast<uint64_t>(source) << 32) | ref;
    auto found = others_.find(key);
    if (found == others_.end()) found = others_.emplace(key, keep(source, make())).first;
    const Entry& other = found->second;
    return other.dated ? timelines_[other.target].at(day) : other.target;
  }

 private:
  struct Entry {
    uint32_t source = 0;  // 0 = not asked yet
    uint32_t target = 0;  // or, when dated, an index into timelines_
    bool dated = false;
  };

  Entry keep(uint32_t source, Timeline timeline) {
    if (timeline.is_constant()) return {source, timeline.at(Day{}), false};
    timelines_.push_back(std::move(timeline));
    return {source, static_cast<uint32_t>(timelines_.size() - 1), true};
  }

  std::vector<Entry> direct_;
  std::unordered_map<uint64_t, Entry> others_;
  std::vector<Timeline> timelines_;
};

bool loses(const EventTable& e, uint32_t a, uint32_t b) {
  const auto order = std::tie(e.version[a], e.seq[a]) <=> std::tie(e.version[b], e.seq[b]);
  return order != 0 ? order < 0 : says_less(e, a, b);
}

}  // namespace

std::vector<uint32_t> winning_rows(const EventTable& events, const facts::Settings& settings, const facts::Cut& cut) {
  const size_t count = events.size();
  KENKO_CHECK(count < UINT32_MAX, "{} event versions", count);
  // Open addressing over row numbers + 1; event keys are already hashes.
  const size_t slots = std::bit_ceil(count * 2 + 2);
  std::vector<uint32_t> table(slots, 0);
  for (uint32_t row = 0; row < count; ++row) {
    if (cut.known_until && events.known_at[row] > *cut.known_until) continue;
    size_t slot = events.key[row].low & (slots - 1);
    while (table[slot] != 0 && events.key[table[slot] - 1] != events.key[row]) slot = (slot + 1) & (slots - 1);
    if (table[slot] == 0 || loses(events, table[slot] - 1, row)) table[slot] = row + 1;
  }
  std::vector<uint8_t> wins(count, 0);
  for (const uint32_t entry : table) {
    if (entry != 0) wins[entry - 1] = 1;
  }
  // Everything before the first instant of the day after the cut is on a day that counts.
  const Instant end = cut.occurred_until && *cut.occurred_until < Day::kMax
                          ? settings.time_zone.start_of(*cut.occurred_until + 1)
                          : Instant::kMax;
  std::vector<uint32_t> rows;
  rows.reserve(count);
  for (uint32_t row = 0; row < count; ++row) {
    if (wins[row] != 0 && events.deleted[row] == 0 && events.occurred_at[row] < end) rows.push_back(row);
  }
  return rows;
}

std::vector<PlacedEvent> place_events(const EventTable& events, const std::vector<uint32_t>& rows,
                                      const facts::Settings& settings, References& references, FactDays& fact_days) {
  std::vector<std::vector<Day>*> days_of(events.texts.size() + 1, nullptr);  // by text code of a source
  for (const facts::SourceSettings& s : settings.sources)
    days_of[events.texts.find(s.name)] = fact_days.list_of(s.name);
  std::vector<uint8_t> staff(events.texts.size() + 1, 0);  // by text code: a user ref of our own staff
  for (const std::string& ref : settings.exclude_users) staff[events.texts.find(ref)] = 1;
  staff[0] = 0;

  ReferenceCache accounts(events.texts.size());
  ReferenceCache users(events.texts.size());
  std::unordered_map<uint32_t, Timeline> memberships;  // by user

  std::vector<PlacedEvent> placed;
  placed.reserve(rows.size());
  for (const uint32_t row : rows) {
    const uint32_t account_ref = events.account_ref[row];
    const uint32_t user_ref = events.user_ref[row];
    const uint32_t source = events.source[row];
    PlacedEvent event{row, 0, 0, settings.time_zone.day_of(events.occurred_at[row])};
    fact_days.add(days_of[source], event.day);
    if (staff[user_ref] != 0) continue;
    if (user_ref != 0) {
      event.user = users.at(source, user_ref, event.day, [&] {
        return references.user_timeline(events.texts.text(source), events.texts.text(user_ref));
      });
    }
    if (account_ref != 0) {
      event.account = accounts.at(source, account_ref, event.day, [&] {
        return references.account_timeline(events.texts.text(source), events.texts.text(account_ref));
      });
    } else if (event.user != 0) {
      auto found = memberships.find(event.user);
      if (found == memberships.end()) {
        found = memberships.emplace(event.user, references.membership_timeline(event.user)).first;
      }
      event.account = found->second.at(event.day);
    }
    if (event.account != 0 && references.excluded(event.account)) continue;
    placed.push_back(event);
  }
  return placed;
}

std::vector<facts::Unmatched> list_unmatched(const EventTable& events, const std::vector<PlacedEvent>& placed) {
  std::unordered_map<uint64_t, int64_t> counts;  // by source code and ref code, 0 = the event named neither
  for (const PlacedEvent& event : placed) {
    if (event.account != 0) continue;
    const uint32_t account_ref = events.account_ref[event.row];
    const uint32_t ref = account_ref != 0 ? account_ref : events.user_ref[event.row];
    ++counts[(static_cast<uint64_t>(events.source[event.row]) << 32) | ref];
  }
  std::vector<facts::Unmatched> list;
  for (const auto& [key, count] : counts) {
    list.push_back({std::string(text_of(events, static_cast<uint32_t>(key >> 32))),
                    std::string(text_of(events, static_cast<uint32_t>(key))), count});
  }
  std::sort(list.begin(), list.end(), [](const facts::Unmatched& a, const facts::Unmatched& b) {
    return std::tie(a.source, b.events, a.reference) < std::tie(b.source, a.events, b.reference);
  });
  return list;
}

}  // namespace kenko::identity
