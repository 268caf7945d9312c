// engine/pairs.h
//
// Things that are opened and closed: the functions of pairs of selectors.  docs/SEMANTICS.md#functions.  Internal to
// the engine.
//
// An item changes only at its own events, so each of its first events (`a`) stands for the days from its own up to the
// next of the item; what it adds on those days is written as an interval.  Cost: O(events + days), overdue_days with a
// logarithm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/decimal.h"
#include "engine/aggregates.h"
#include "engine/groups.h"

namespace kenko::engine {

/// The items of one life: the events that open them (a) and those that close them (b), by item in reading order.
///
/// Days are relative to the life's first day; rows are those of the events, so that equal rows are one event of both
/// kinds.  A b whose item has no a is left out.
struct PairItems {
  static constexpr int32_t kNeverDue = INT32_MAX;

  std::vector<uint32_t> a_begin, b_begin;  ///< by item, + 1
  std::vector<int32_t> a_day, b_day;
  std::vector<uint64_t> a_row, b_row;
  /// By a, filled where they are needed: the due day (relative; kNeverDue) and the event's value.
  std::vector<int32_t> due;
  std::vector<int64_t> amount;
  std::vector<uint8_t> no_rate;

  [[nodiscard]] size_t size() const { return a_begin.empty() ? 0 : a_begin.size() - 1; }
  /// `a_code`, `b_code`: the item of each event as a code below `codes`, 0 = none.
  void build(const MatchedEvents& a, std::span<const uint32_t> a_code, const MatchedEvents& b,
             std::span<const uint32_t> b_code, size_t codes, AggregateScratch& s);
};

/// Working memory of the kernels below.
struct PairScratch {
  /// From `start` on and before `end` something has the day `since`.
  struct Span {
    int32_t start = 0, end = 0, since = 0;
  };
  std::vector<Span> spans, heap;
  std::vector<uint32_t> start;
  Groups by_start;  ///< spans by their first day
  std::vector<int32_t> number;
  std::vector<int64_t> sum;
  std::vector<Int128> wide;
};

void open_items(const PairItems& items, PairScratch& s, Output out);
void open_age(const PairItems& items, PairScratch& s, Output out);
/// The next four read PairItems::due, overdue_amount the amounts too.
void missed_items(const PairItems& items, PairScratch& s, Output out);
void overdue_days(const PairItems& items, PairScratch& s, Output out);
void overdue_amount(const PairItems& items, PairScratch& s, Output out);
void days_late(const PairItems& items, int32_t window, PairScratch& s, Output out);
/// `occurred`: instants in microseconds by row.
void completion(const PairItems& items, std::span<const int64_t> occurred, int32_t window, PairScratch& s, Output out);
void time_between(const PairItems& items, std::span<const int64_t> occurred, int32_t window, PairScratch& s,
                  Output out);

/// True when `item` is one of those that the value of `function` on day `as_of` rests on; the items hold no event of a
/// later day.
[[nodiscard]] bool counts_on(const PairItems& items, size_t item, plan::Function function,
                             std::span<const int64_t> occurred, int32_t window, int32_t as_of);

}  // namespace kenko::engine
