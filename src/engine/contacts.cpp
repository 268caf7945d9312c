#include "engine/contacts.h"

#include <algorithm>
#include <cmath>

namespace kenko::engine {
namespace {

using Days = ContactScratch::Days;

// The days [first, end) of a life of `days` days, cut to it.
Days cut(int64_t first, int64_t end, int32_t days) {
  return {static_cast<int32_t>(std::clamp<int64_t>(first, 0, days)),
          static_cast<int32_t>(std::clamp<int64_t>(end, 0, days))};
}

// Calls f(position, days) for each value of a user's attribute that is in force on some of `within`; before the first
// value with kNone.
template <typename F>
void each_value(const UserAttribute& attribute, uint32_t user, const ContactLife& life, Days within, const F& f) {
  const int32_t first = life.first.number;
  int32_t from = within.first;
  uint32_t at = attribute.find(user, std::min(first + from, life.facts_until.number));
  uint32_t next = at == UserAttribute::kNone ? attribute.begin[user] : at + 1;
  while (from < within.end) {
    int32_t end = within.end;
    if (next < attribute.begin[user + 1] && attribute.day[next] <= life.facts_until.number)
      end = std::min(end, attribute.day[next] - first);
    f(at, Days{from, end});
    from = end;
    at = next++;
  }
}

template <typename T>
void add(std::vector<T>& difference, Days days, T amount) {
  if (days.first >= days.end) return;
  difference[static_cast<size_t>(days.first)] += amount;
  difference[static_cast<size_t>(days.end)] -= amount;
}

// The days on which one of the events `events` (positions in `day`) is in the window, as stretches.
void find_seen(std::span<const int32_t> day, std::span<const uint32_t> events, int32_t window, int32_t days,
               std::vector<Days>& seen) {
  seen.clear();
  for (const uint32_t i : events) {
    const Days d = cut(day[i], static_cast<int64_t>(day[i]) + window, days);
    if (!seen.empty() && d.first <= seen.back().end) {
      seen.back().end = std::max(seen.back().end, d.end);
    } else {
      seen.push_back(d);
    }
  }
}

}  // namespace

Influences influences(const facts::Portfolio& portfolio, const UserAttribute& role, std::span<const plan::Role> roles) {
  Influences out;
  for (const uint32_t row : role.row) {
    const facts::ContactAttributeRow& value = portfolio.contact_attributes[row];
    const bool text = !value.null && value.value.type == facts::AttributeType::text;
    const auto found = std::find_if(roles.begin(), roles.end(),
                                    [&](const plan::Role& r) { return text && r.role == value.value.text; });
    out.push_back(found == roles.end() ? -1 : found->influence.micros);
  }
  return out;
}

void contact_health(const BoundContacts& bound, const ContactLife& life, const Influences& influence,
                    std::span<const int32_t> day, std::span<const uint32_t> user, int32_t window, AggregateScratch& s,
                    ContactScratch& c, Output out) {
  const int32_t days = out.days();
  s.dense.begin(life.users);
  s.group.resize(day.size());
  for (size_t i = 0; i < day.size(); ++i) s.group[i] = user[i] == 0 ? DenseCodes::kNone : s.dense.add(user[i]);
  s.groups.build(s.group, s.dense.size());
  c.reached.assign(out.value.size() + 1, 0);
  c.all.assign(out.value.size() + 1, 0);
  c.known.assign(out.value.size() + 1, 0);
  for (const facts::ContactRow& contact : life.contacts) {
    const uint32_t group = s.dense.find(contact.user);
    find_seen(day, group == DenseCodes::kNone ? std::span<const uint32_t>() : s.groups.of(group), window, days, c.seen);
    const Days member = cut(static_cast<int64_t>(contact.from.number) - life.first.number,
                            static_cast<int64_t>(contact.until.number) - life.first.number + 1, days);
    each_value(bound.role, contact.user, life, member, [&](uint32_t role, Days in_role) {
      const int64_t weight = role == UserAttribute::kNone ? -1 : influence[role];
      if (weight < 0) return;
      add(c.known, in_role, 1);
      add(c.all, in_role, static_cast<Int128>(weight));
      auto seen = std::upper_bound(c.seen.begin(), c.seen.end(), in_role.first,
                                   [](int32_t d, const Days& x) { return d < x.end; });
      for (; seen != c.seen.end() && seen->first < in_role.end; ++seen) {
        const Days both{std::max(seen->first, in_role.first), std::min(seen->end, in_role.end)};
        each_value(bound.active, contact.user, life, both, [&](uint32_t active, Days here) {
          if (active == UserAttribute::kNone || bound.away[active] == 0)
            add(c.reached, here, static_cast<Int128>(weight));
        });
      }
    });
  }
  Int128 reached = 0, all = 0;
  int32_t known = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    reached += c.reached[d];
    all += c.all[d];
    known += c.known[d];
    out.value[d] = to_double(reached) / to_double(all);
    out.valid[d] = known > 0 && std::isfinite(out.value[d]);
    if (out.valid[d] == 0) out.value[d] = 0;
  }
}

}  // namespace kenko::engine
