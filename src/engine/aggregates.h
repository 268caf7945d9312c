// engine/aggregates.h
//
// Aggregates over windows, for all days of a life at once.  docs/SEMANTICS.md#functions.  Internal to the engine.
//
// Every kernel takes the matching events of one life in order of time and writes one value per day.  Cost: O(events +
// days) whatever the window, min and max included; quantile and longest_gap have a logarithm.  A window as long as the
// life or longer is the whole life up to the day.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "engine/groups.h"
#include "plan/plan.h"

namespace kenko::engine {

/// The events of a life that a selector takes.  `day` is relative to the life's first day, ascending.
struct MatchedEvents {
  std::vector<int32_t> day;
  std::vector<uint64_t> row;

  void clear() {
    day.clear();
    row.clear();
  }
  [[nodiscard]] size_t size() const { return day.size(); }
};

/// A numeric field of the matched events that have it.
struct MatchedNumbers {
  std::vector<int32_t> day;
  std::vector<int64_t> micros;
  std::vector<int32_t> no_rate_day;  ///< days of events that are money without a rate

  void clear() {
    day.clear();
    micros.clear();
    no_rate_day.clear();
  }
};

/// One event that has the field of `current`.
struct DatedNumber {
  static constexpr int32_t kNever = INT32_MAX;

  int32_t day = 0;
  int32_t expires = kNever;  ///< from this day on (relative) it holds no more
  int64_t micros = 0;
  bool no_rate = false;
};

/// One value per day; `valid` is 1 where there is one.
struct Output {
  std::span<double> value;
  std::span<uint8_t> valid;
  [[nodiscard]] int32_t days() const { return static_cast<int32_t>(value.size()); }
};

/// Last day on which a code was seen, for exact distinct counts; cleared in O(1).
class LastSeen {
 public:
  void begin(size_t codes);
  /// The last day of `code`, or INT32_MIN; remembers `day`.
  int32_t replace(uint32_t code, int32_t day) {
    if (stamp_[code] != epoch_) {
      stamp_[code] = epoch_;
      day_[code] = day;
      return INT32_MIN;
    }
    const int32_t before = day_[code];
    day_[code] = day;
    return before;
  }

 private:
  std::vector<uint32_t> stamp_;
  std::vector<int32_t> day_;
  uint32_t epoch_ = 0;
};

/// Working memory of the kernels.
struct AggregateScratch {
  std::vector<int64_t> bucket, prefix;
  std::vector<Int128> wide_bucket, wide_prefix;
  std::vector<int32_t> diff, queue, no_rate;
  std::vector<double> real;
  std::vector<uint8_t> present;
  LastSeen last_seen;
  DenseCodes dense;
  Groups groups;
  std::vector<uint32_t> group, rank;
  std::vector<std::pair<int64_t, uint32_t>> sorted;
};

void count_window(std::span<const int32_t> day, int32_t window, AggregateScratch& s, Output out);
void active_days_window(std::span<const int32_t> day, int32_t window, AggregateScratch& s, Output out);
/// Number of different codes; `code` 0 does not count.
void distinct_window(std::span<const int32_t> day, std::span<const uint32_t> code, size_t codes, int32_t window,
                     AggregateScratch& s, Output out);
void sum_window(const MatchedNumbers& numbers, int32_t window, AggregateScratch& s, Output out);
void mean_window(const MatchedNumbers& numbers, int32_t window, AggregateScratch& s, Output out);
void extreme_window(const MatchedNumbers& numbers, bool smallest, int32_t window, AggregateScratch& s, Output out);
/// Days since the last event; without one the days since `observed_from` (per day, relative; INT32_MAX = not observed).
void days_since_last(std::span<const int32_t> day, std::span<const int32_t> observed_from, Output out);
void decayed_by_half_life(std::span<const int32_t> day, const MatchedNumbers* numbers, double half_life_days,
                          AggregateScratch& s, Output out);
void decayed_by_steps(std::span<const int32_t> day, const MatchedNumbers* numbers, std::span<const plan::Step> steps,
                      AggregateScratch& s, Output out);
/// `numbers` null = slope of the weekly counts.
void slope_weeks(std::span<const int32_t> day, const MatchedNumbers* numbers, int32_t window, AggregateScratch& s,
                 Output out);

/// `q` within 0..1.  quantiles.cpp.
void quantile_window(const MatchedNumbers& numbers, double q, int32_t window, AggregateScratch& s, Output out);

/// The number of the first, last event in the window.  recency.cpp, as those below.
void first_window(const MatchedNumbers& numbers, int32_t window, Output out);
void last_window(const MatchedNumbers& numbers, int32_t window, Output out);
/// The last of `numbers` up to the day, while it holds.
void current_number(std::span<const DatedNumber> numbers, Output out);
void streak(std::span<const int32_t> day, int32_t period, Output out);
/// Only days from `observed_from` on count (per day, relative; INT32_MAX = not observed).
void longest_gap(std::span<const int32_t> day, int32_t window, std::span<const int32_t> observed_from,
                 AggregateScratch& s, Output out);

/// Number of codes with at least `at_least` events, or days with an event, in the window; code 0 does not count.
/// people.cpp.
void users_with(std::span<const int32_t> day, std::span<const uint32_t> code, size_t codes, int32_t at_least,
                bool of_days, int32_t window, AggregateScratch& s, Output out);

/// Makes null each day in whose window lies an event that is money without a rate.
void forget_without_rate(const MatchedNumbers& numbers, int32_t window, Output out);

}  // namespace kenko::engine
