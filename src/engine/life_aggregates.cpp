// Hands the matched events of a life to the kernels of its aggregates.
#include <algorithm>

#include "base/check.h"
#include "engine/life_run.h"

namespace kenko::engine {

using plan::Function;

LifeRun::Reading LifeRun::read_number(plan::NodeId id, uint64_t row, int64_t& micros) const {
  if (bound.plan.nodes[id].aggregate.field.kind == plan::Field::Kind::value) {
    const facts::ResolvedEvents& events = bound.portfolio.events;
    const uint8_t flags = events.flags[row];
    if ((flags & facts::ResolvedEvents::kHasValue) == 0) return Reading::absent;
    if ((flags & facts::ResolvedEvents::kNoRate) != 0) return Reading::no_rate;
    micros = events.value[row];
    return Reading::number;
  }
  const BoundProperty& p = bound.properties[static_cast<size_t>(bound.aggregates[id].field)];
  const uint32_t code = p.code.empty() ? 0 : p.code[row];
  if (code == 0 || bound.number_valid[code] != 1) return Reading::absent;
  micros = bound.number_of_code[code];
  return Reading::number;
}

// The numeric field of the matched events.
void LifeRun::read_numbers(plan::NodeId id, const MatchedEvents& m) {
  buffers.numbers.clear();
  for (size_t i = 0; i < m.size(); ++i) {
    int64_t micros = 0;
    switch (read_number(id, m.row[i], micros)) {
      case Reading::absent:
        break;
      case Reading::no_rate:
        buffers.numbers.no_rate_day.push_back(m.day[i]);
        break;
      case Reading::number:
        buffers.numbers.day.push_back(m.day[i]);
        buffers.numbers.micros.push_back(micros);
        break;
    }
  }
}

void LifeRun::read_codes(int32_t property, const MatchedEvents& m, std::vector<uint32_t>& codes) const {
  const BoundProperty& p = bound.properties[static_cast<size_t>(property)];
  codes.assign(m.size(), 0);
  for (size_t i = 0; i < m.size() && !p.code.empty(); ++i) codes[i] = p.code[m.row[i]];
}

void LifeRun::read_users(const MatchedEvents& m) {
  buffers.codes.resize(m.size());
  for (size_t i = 0; i < m.size(); ++i) buffers.codes[i] = bound.portfolio.events.user[m.row[i]];
}

const PairItems& LifeRun::pair_items(plan::NodeId id) {
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  const BoundAggregate& b = bound.aggregates[id];
  PairItems& items = buffers.items;
  const auto key = std::tuple(a.selector, a.second, b.by);
  if (buffers.shared.items != key) {
    const MatchedEvents& of_a = buffers.matched[a.selector];
    const MatchedEvents& of_b = buffers.matched[a.second];
    read_codes(b.by, of_a, buffers.codes);
    read_codes(b.by, of_b, buffers.other_codes);
    items.build(of_a, buffers.codes, of_b, buffers.other_codes, bound.portfolio.texts.size() + 1, buffers.aggregate);
    buffers.shared.items = key;
  }
  if (a.function >= Function::missed && a.function <= Function::days_late) {
    items.due = items.a_day;
    if (b.day >= 0) {
      const BoundProperty& p = bound.properties[static_cast<size_t>(b.day)];
      for (size_t i = 0; i < items.due.size(); ++i) {
        const uint32_t code = p.code.empty() ? 0 : p.code[items.a_row[i]];
        const int32_t day = code == 0 ? Engine::Bound::kNoDate : bound.day_of_code[code];
        items.due[i] = day == Engine::Bound::kNoDate ? PairItems::kNeverDue : day - span.first.number;
      }
    }
  }
  if (a.function == Function::overdue_amount) {
    const facts::ResolvedEvents& events = bound.portfolio.events;
    items.amount.resize(items.a_row.size());
    items.no_rate.resize(items.a_row.size());
    for (size_t i = 0; i < items.a_row.size(); ++i) {
      const uint8_t flags = events.flags[items.a_row[i]];
      const bool has = (flags & facts::ResolvedEvents::kHasValue) != 0;
      items.no_rate[i] = has && (flags & facts::ResolvedEvents::kNoRate) != 0;
      items.amount[i] = has && items.no_rate[i] == 0 ? events.value[items.a_row[i]] : 0;
    }
  }
  return items;
}

void LifeRun::current(plan::NodeId id, const MatchedEvents& m, Output out) {
  buffers.dated.clear();
  const BoundProperty& expires = bound.properties[static_cast<size_t>(bound.aggregates[id].day)];
  for (size_t i = 0; i < m.size(); ++i) {
    DatedNumber number;
    const Reading reading = read_number(id, m.row[i], number.micros);
    if (reading == Reading::absent) continue;
    number.day = m.day[i];
    number.no_rate = reading == Reading::no_rate;
    const uint32_t code = expires.code.empty() ? 0 : expires.code[m.row[i]];
    const int32_t day = code == 0 ? Engine::Bound::kNoDate : bound.day_of_code[code];
    if (day != Engine::Bound::kNoDate) number.expires = day - span.first.number;
    buffers.dated.push_back(number);
  }
  current_number(buffers.dated, out);
}

void LifeRun::contact_health(plan::NodeId id, const MatchedEvents& m, int32_t window, Output out) {
  read_users(m);
  const BoundContacts& c = bound.contacts;
  const auto members =
      std::span(bound.portfolio.contacts).subspan(c.begin[account], c.begin[account + 1] - c.begin[account]);
  ContactLife of{members, span.first, facts_until, bound.portfolio.users.size() + 1};
  engine::contact_health(c, of, bound.aggregates[id].influences, m.day, buffers.codes, window, buffers.aggregate,
                         buffers.contact, out);
}

// Functions of the events themselves.
void LifeRun::aggregate_events(plan::NodeId id, int32_t window, Output out) {
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  const MatchedEvents& m = buffers.matched[a.selector];
  AggregateScratch& s = buffers.aggregate;
  const bool users = a.function == Function::users_with || a.field.kind == plan::Field::Kind::user;
  switch (a.function) {
    case Function::count:
      return count_window(m.day, window, s, out);
    case Function::active_days:
      return active_days_window(m.day, window, s, out);
    case Function::distinct:
    case Function::users_with: {
      users ? read_users(m) : read_codes(bound.aggregates[id].field, m, buffers.codes);
      const size_t codes = (users ? bound.portfolio.users.size() : bound.portfolio.texts.size()) + 1;
      if (a.function == Function::distinct) return distinct_window(m.day, buffers.codes, codes, window, s, out);
      return users_with(m.day, buffers.codes, codes, a.at_least, a.of_days, window, s, out);
    }
    case Function::days_since:
      return days_since_last(m.day, buffers.observed_from, out);
    case Function::streak:
      return streak(m.day, a.period_days, out);
    case Function::longest_gap:
      return longest_gap(m.day, window, buffers.observed_from, s, out);
    case Function::contact_health:
      return contact_health(id, m, window, out);
    case Function::current:
      return current(id, m, out);
    default:
      break;
  }
  aggregate_numbers(id, window, out);
}

// Functions of a numeric field, and those that can do without one.
void LifeRun::aggregate_numbers(plan::NodeId id, int32_t window, Output out) {
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  const MatchedEvents& m = buffers.matched[a.selector];
  AggregateScratch& s = buffers.aggregate;
  const bool numeric = a.field.kind != plan::Field::Kind::none;
  if (numeric) read_numbers(id, m);
  const MatchedNumbers* numbers = numeric ? &buffers.numbers : nullptr;
  switch (a.function) {
    case Function::sum:
      return sum_window(buffers.numbers, window, s, out);
    case Function::mean:
      return mean_window(buffers.numbers, window, s, out);
    case Function::min:
    case Function::max:
      return extreme_window(buffers.numbers, a.function == Function::min, window, s, out);
    case Function::quantile:
      return quantile_window(buffers.numbers, a.quantile.as_double(), window, s, out);
    case Function::first:
      return first_window(buffers.numbers, window, out);
    case Function::last:
      return last_window(buffers.numbers, window, out);
    case Function::decayed_count:
    case Function::decayed_sum:
      if (a.steps.empty()) return decayed_by_half_life(m.day, numbers, a.half_life_days.as_double(), s, out);
      return decayed_by_steps(m.day, numbers, a.steps, s, out);
    case Function::slope:
      return slope_weeks(m.day, numbers, a.window_days, s, out);
    default:
      break;
  }
  KENKO_CHECK(false, "no aggregate: {}", static_cast<int>(a.function));
}

void LifeRun::aggregate_pairs(plan::NodeId id, int32_t window, Output out) {
  const PairItems& items = pair_items(id);
  PairScratch& s = buffers.pair;
  const auto occurred = bound.portfolio.events.occurred;
  switch (bound.plan.nodes[id].aggregate.function) {
    case Function::open:
      return open_items(items, s, out);
    case Function::open_age:
      return open_age(items, s, out);
    case Function::missed:
      return missed_items(items, s, out);
    case Function::overdue_days:
      return overdue_days(items, s, out);
    case Function::overdue_amount:
      return overdue_amount(items, s, out);
    case Function::days_late:
      return days_late(items, window, s, out);
    case Function::completion:
      return completion(items, occurred, window, s, out);
    default:
      return time_between(items, occurred, window, s, out);
  }
}

void LifeRun::aggregate(plan::NodeId id, Output out) {
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  // Every window that is at least as long as the life is the whole life.
  const int32_t window = a.window_days == 0 ? out.days() : std::min(a.window_days, out.days());
  if (plan::is_pair(a.function)) {
    find_pair_observed(a.selector, a.second);
    aggregate_pairs(id, window, out);
  } else {
    find_observed(a.selector);
    aggregate_events(id, window, out);
  }
  // INT32_MAX, not observed, is too late for any day.
  const int32_t* from = buffers.observed_from.data();
  uint8_t* valid = out.valid.data();
  for (int32_t d = 0; d < out.days(); ++d) valid[d] &= static_cast<uint8_t>(d - from[d] + 1 >= a.min_observed_days);
}

}  // namespace kenko::engine
