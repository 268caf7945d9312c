// First and last values, streaks and gaps.
#include <algorithm>

#include "engine/aggregates.h"

namespace kenko::engine {
namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

}  // namespace

void first_window(const MatchedNumbers& numbers, int32_t window, Output out) {
  const size_t all = numbers.day.size();
  size_t first = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    while (first < all && numbers.day[first] <= d - window) ++first;
    const bool some = first < all && numbers.day[first] <= d;
    out.valid[at(d)] = some;
    out.value[at(d)] = some ? Decimal{numbers.micros[first]}.as_double() : 0;
  }
  forget_without_rate(numbers, window, out);
}

void last_window(const MatchedNumbers& numbers, int32_t window, Output out) {
  const size_t all = numbers.day.size();
  size_t next = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    while (next < all && numbers.day[next] <= d) ++next;
    const bool some = next > 0 && numbers.day[next - 1] > d - window;
    out.valid[at(d)] = some;
    out.value[at(d)] = some ? Decimal{numbers.micros[next - 1]}.as_double() : 0;
  }
  forget_without_rate(numbers, window, out);
}

void current_number(std::span<const DatedNumber> numbers, Output out) {
  size_t next = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    while (next < numbers.size() && numbers[next].day <= d) ++next;
    const bool some = next > 0 && !numbers[next - 1].no_rate && numbers[next - 1].expires > d;
    out.valid[at(d)] = some;
    out.value[at(d)] = some ? Decimal{numbers[next - 1].micros}.as_double() : 0;
  }
}

// A day with an event in its own period continues the streak of the day one period before.
void streak(std::span<const int32_t> day, int32_t period, Output out) {
  size_t next = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    while (next < day.size() && day[next] <= d) ++next;
    const bool some = next > 0 && day[next - 1] > d - period;
    out.valid[at(d)] = 1;
    out.value[at(d)] = !some ? 0 : d >= period ? 1 + out.value[at(d - period)] : 1;
  }
}

// Of the days [from, d]: the days before the first event, those after the last one, and the greatest gap between two
// events, which the stack gives: it holds the gaps that no later one is as great as, so the first of them that begins
// at or after `from` is the greatest.  `from` may move to and fro, because an account's start may.
void longest_gap(std::span<const int32_t> day, int32_t window, std::span<const int32_t> observed_from,
                 AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  std::vector<int32_t>& next_event = s.diff;  // by day: the first event's day from it on
  next_event.assign(at(days) + 1, INT32_MAX);
  for (const int32_t d : day) next_event[at(d)] = d;
  for (int32_t d = days - 1; d >= 0; --d) next_event[at(d)] = std::min(next_event[at(d)], next_event[at(d) + 1]);

  s.queue.clear();  // the day of the event before each gap, ascending; the gap ends with the next event
  const auto gap = [&](int32_t event) { return next_event[at(event) + 1] - event - 1; };
  int32_t last = INT32_MIN;
  for (int32_t d = 0; d < days; ++d) {
    if (next_event[at(d)] == d) {
      if (last != INT32_MIN) {
        while (!s.queue.empty() && gap(s.queue.back()) <= gap(last)) s.queue.pop_back();
        s.queue.push_back(last);
      }
      last = d;
    }
    out.valid[at(d)] = 1;
    const int32_t from = std::max({0, d - window + 1, observed_from[at(d)]});
    if (last < from || from > d) {
      out.value[at(d)] = from > d ? 0 : d - from + 1;
      continue;
    }
    int32_t greatest = std::max(next_event[at(from)] - from, d - last);
    const auto within = std::lower_bound(s.queue.begin(), s.queue.end(), from);
    if (within != s.queue.end()) greatest = std::max(greatest, gap(*within));
    out.value[at(d)] = greatest;
  }
}

}  // namespace kenko::engine
