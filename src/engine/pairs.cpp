#include "engine/pairs.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::engine {
namespace {

constexpr int32_t kNoDay = INT32_MAX;

size_t at(int32_t i) { return static_cast<size_t>(i); }

// Adds `amount` on the days [start, end), cut to those of the life.
template <typename T>
void add(std::vector<T>& difference, int64_t start, int64_t end, T amount) {
  const auto days = static_cast<int64_t>(difference.size()) - 1;
  start = std::max<int64_t>(start, 0);
  end = std::min(end, days);
  if (start >= end) return;
  difference[static_cast<size_t>(start)] += amount;
  difference[static_cast<size_t>(end)] -= amount;
}

// The day of the item's next a, from which on a is not the last one; kNoDay for the last.
int32_t replaced_on(const PairItems& items, size_t item, size_t a) {
  return a + 1 < items.a_begin[item + 1] ? items.a_day[a + 1] : kNoDay;
}

int32_t first_b_day(const PairItems& items, size_t item) {
  return items.b_begin[item] < items.b_begin[item + 1] ? items.b_day[items.b_begin[item]] : kNoDay;
}

// Calls f(a, start, end) for each a and the days [start, end) on which it makes its item missed.
template <typename F>
void each_missed(const PairItems& items, int32_t days, const F& f) {
  for (size_t item = 0; item < items.size(); ++item) {
    const int32_t closed = first_b_day(items, item);
    for (size_t a = items.a_begin[item]; a < items.a_begin[item + 1]; ++a) {
      if (items.due[a] == PairItems::kNeverDue) continue;
      const int64_t start = std::max<int64_t>(items.a_day[a], static_cast<int64_t>(items.due[a]) + 1);
      const int64_t end = std::min({replaced_on(items, item, a), closed, days});
      if (start < end) f(a, static_cast<int32_t>(start), static_cast<int32_t>(end));
    }
  }
}

// Calls f(start, end) for each stretch of days [start, end) on which an item is open with the same last a, which lies
// on `start`; `end` may be kNoDay.
template <typename F>
void each_open(const PairItems& items, const F& f) {
  for (size_t item = 0; item < items.size(); ++item) {
    size_t b = items.b_begin[item];
    const size_t b_end = items.b_begin[item + 1];
    for (size_t a = items.a_begin[item]; a < items.a_begin[item + 1]; ++a) {
      while (b < b_end && items.b_row[b] < items.a_row[a]) ++b;
      const int32_t closed = b < b_end ? items.b_day[b] : kNoDay;  // an event that is both closes at once
      const int32_t end = std::min(replaced_on(items, item, a), closed);
      if (items.a_day[a] < end) f(items.a_day[a], end);
    }
  }
}

// Position of the item's first b whose instant is not before `instant`, from b on; b_begin[item + 1] when there is
// none.
size_t first_not_before(const PairItems& items, size_t item, size_t b, std::span<const int64_t> occurred,
                        int64_t instant) {
  while (b < items.b_begin[item + 1] && occurred[items.b_row[b]] < instant) ++b;
  return b;
}

// Per day, d - the least `since` of the spans that hold it, 0 without one.  A heap keeps the spans that have begun;
// what has ended leaves it when it comes to the top.
void greatest_age(PairScratch& s, Output out) {
  s.start.resize(s.spans.size());
  for (size_t i = 0; i < s.spans.size(); ++i) s.start[i] = static_cast<uint32_t>(s.spans[i].start);
  s.by_start.build(s.start, out.value.size());
  const auto later = [](const PairScratch::Span& x, const PairScratch::Span& y) { return x.since > y.since; };
  s.heap.clear();
  for (int32_t d = 0; d < out.days(); ++d) {
    for (const uint32_t i : s.by_start.of(at(d))) {
      s.heap.push_back(s.spans[i]);
      std::push_heap(s.heap.begin(), s.heap.end(), later);
    }
    while (!s.heap.empty() && s.heap.front().end <= d) {
      std::pop_heap(s.heap.begin(), s.heap.end(), later);
      s.heap.pop_back();
    }
    out.value[at(d)] = s.heap.empty() ? 0 : d - s.heap.front().since;
    out.valid[at(d)] = 1;
  }
}

void begin(std::vector<int32_t>& difference, Output out) { difference.assign(out.value.size() + 1, 0); }

// Running sum of differences, as the value of each day.
void write_numbers(const std::vector<int32_t>& difference, Output out) {
  int32_t sum = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    sum += difference[d];
    out.value[d] = sum;
    out.valid[d] = 1;
  }
}

}  // namespace

void PairItems::build(const MatchedEvents& a, std::span<const uint32_t> a_code, const MatchedEvents& b,
                      std::span<const uint32_t> b_code, size_t codes, AggregateScratch& s) {
  s.dense.begin(codes);
  s.group.resize(a.size());
  for (size_t i = 0; i < a.size(); ++i) s.group[i] = a_code[i] == 0 ? DenseCodes::kNone : s.dense.add(a_code[i]);
  const auto take = [&](const MatchedEvents& events, std::vector<uint32_t>& first, std::vector<int32_t>& day,
                        std::vector<uint64_t>& row) {
    s.groups.build(s.group, s.dense.size());
    first = s.groups.begin;
    day.clear();
    row.clear();
    for (const uint32_t i : s.groups.positions) {
      day.push_back(events.day[i]);
      row.push_back(events.row[i]);
    }
  };
  take(a, a_begin, a_day, a_row);
  s.group.resize(b.size());
  for (size_t i = 0; i < b.size(); ++i) s.group[i] = b_code[i] == 0 ? DenseCodes::kNone : s.dense.find(b_code[i]);
  take(b, b_begin, b_day, b_row);
  due.clear();
  amount.clear();
  no_rate.clear();
}

void open_items(const PairItems& items, PairScratch& s, Output out) {
  begin(s.number, out);
  each_open(items, [&](int32_t start, int32_t end) { add(s.number, start, end, 1); });
  write_numbers(s.number, out);
}

void open_age(const PairItems& items, PairScratch& s, Output out) {
  s.spans.clear();
  each_open(items, [&](int32_t start, int32_t end) { s.spans.push_back({start, end, start}); });
  greatest_age(s, out);
}

void missed_items(const PairItems& items, PairScratch& s, Output out) {
  begin(s.number, out);
  each_missed(items, out.days(), [&](size_t, int32_t start, int32_t end) { add(s.number, start, end, 1); });
  write_numbers(s.number, out);
}

void overdue_days(const PairItems& items, PairScratch& s, Output out) {
  s.spans.clear();
  each_missed(items, out.days(),
              [&](size_t a, int32_t start, int32_t end) { s.spans.push_back({start, end, items.due[a]}); });
  greatest_age(s, out);
}

void overdue_amount(const PairItems& items, PairScratch& s, Output out) {
  begin(s.number, out);  // of those without a rate
  s.wide.assign(out.value.size() + 1, 0);
  each_missed(items, out.days(), [&](size_t a, int32_t start, int32_t end) {
    add(s.number, start, end, static_cast<int32_t>(items.no_rate[a]));
    add(s.wide, start, end, static_cast<Int128>(items.amount[a]));
  });
  Int128 sum = 0;
  int32_t unknown = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    sum += s.wide[d];
    unknown += s.number[d];
    out.value[d] = to_double(sum) / 1e6;
    out.valid[d] = unknown == 0;
  }
}

// While an item is not done it adds d - due, kept as the number of such items and the sum of their due days; from the
// day of its first b on it adds what it was late.
void days_late(const PairItems& items, int32_t window, PairScratch& s, Output out) {
  begin(s.number, out);
  s.sum.assign(out.value.size() + 1, 0);   // what does not grow: late days, minus due days
  s.wide.assign(out.value.size() + 1, 0);  // number of items that are not done
  for (size_t item = 0; item < items.size(); ++item) {
    const int32_t done = first_b_day(items, item);
    for (size_t a = items.a_begin[item]; a < items.a_begin[item + 1]; ++a) {
      const int32_t due = items.due[a];
      if (due == PairItems::kNeverDue || due < 0) continue;  // a day before the life is in no window of it
      const int64_t start = std::max(items.a_day[a], due);
      const int64_t end = std::min<int64_t>(replaced_on(items, item, a), static_cast<int64_t>(due) + window);
      add(s.number, start, end, 1);
      add(s.wide, start, std::min<int64_t>(end, done), Int128{1});
      add(s.sum, start, std::min<int64_t>(end, done), -static_cast<int64_t>(due));
      if (done != kNoDay)
        add(s.sum, std::max<int64_t>(start, done), end, std::max<int64_t>(0, static_cast<int64_t>(done) - due));
    }
  }
  int64_t number = 0, fixed = 0, growing = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    number += s.number[d];
    fixed += s.sum[d];
    growing += static_cast<int64_t>(s.wide[d]);
    const int64_t sum = fixed + growing * static_cast<int64_t>(d);
    out.valid[d] = number > 0;
    out.value[d] = number > 0 ? static_cast<double>(sum) / static_cast<double>(number) : 0;
  }
}

void completion(const PairItems& items, std::span<const int64_t> occurred, int32_t window, PairScratch& s, Output out) {
  begin(s.number, out);
  s.sum.assign(out.value.size() + 1, 0);  // done
  for (size_t item = 0; item < items.size(); ++item) {
    size_t b = items.b_begin[item];
    for (size_t a = items.a_begin[item]; a < items.a_begin[item + 1]; ++a) {
      const int32_t start = items.a_day[a];
      const int64_t end = std::min<int64_t>(replaced_on(items, item, a), static_cast<int64_t>(start) + window);
      add(s.number, start, end, 1);
      b = first_not_before(items, item, b, occurred, occurred[items.a_row[a]]);
      if (b < items.b_begin[item + 1]) add(s.sum, std::max(start, items.b_day[b]), end, int64_t{1});
    }
  }
  int64_t number = 0, done = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    number += s.number[d];
    done += s.sum[d];
    out.valid[d] = number > 0;
    out.value[d] = number > 0 ? static_cast<double>(done) / static_cast<double>(number) : 0;
  }
}

void time_between(const PairItems& items, std::span<const int64_t> occurred, int32_t window, PairScratch& s,
                  Output out) {
  constexpr double kMicrosPerHour = 3.6e9;
  begin(s.number, out);
  s.wide.assign(out.value.size() + 1, 0);
  for (size_t item = 0; item < items.size(); ++item) {
    const size_t a = items.a_begin[item];
    const int64_t asked = occurred[items.a_row[a]];
    const size_t b = first_not_before(items, item, items.b_begin[item], occurred, asked);
    if (b == items.b_begin[item + 1]) continue;
    const int64_t end = static_cast<int64_t>(items.a_day[a]) + window;
    const int32_t start = std::max(items.a_day[a], items.b_day[b]);
    add(s.number, start, end, 1);
    add(s.wide, start, end, static_cast<Int128>(occurred[items.b_row[b]]) - asked);
  }
  Int128 sum = 0;
  int64_t number = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    sum += s.wide[d];
    number += s.number[d];
    out.valid[d] = number > 0;
    out.value[d] = number > 0 ? to_double(sum) / static_cast<double>(number) / kMicrosPerHour : 0;
  }
}

bool counts_on(const PairItems& items, size_t item, plan::Function function, std::span<const int64_t> occurred,
               int32_t window, int32_t as_of) {
  using plan::Function;
  const size_t a_end = items.a_begin[item + 1], b_begin = items.b_begin[item], b_end = items.b_begin[item + 1];
  const size_t last = a_end - 1;
  const auto in_window = [&](int32_t day) { return day <= as_of && day > as_of - window && day >= 0; };
  switch (function) {
    case Function::open:
    case Function::open_age:
      return b_begin == b_end || items.b_row[b_end - 1] < items.a_row[last];
    case Function::missed:
    case Function::overdue_days:
    case Function::overdue_amount:
      return b_begin == b_end && items.due[last] < as_of;
    case Function::days_late:
      return in_window(items.due[last]);
    case Function::completion:
      return in_window(items.a_day[last]);
    case Function::time_between: {
      const size_t first = items.a_begin[item];
      return in_window(items.a_day[first]) &&
             first_not_before(items, item, b_begin, occurred, occurred[items.a_row[first]]) < b_end;
    }
    default:
      break;
  }
  KENKO_CHECK(false, "no function of pairs: {}", static_cast<int>(function));
  return false;
}

}  // namespace kenko::engine
