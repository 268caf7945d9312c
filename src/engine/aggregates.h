// engine/aggregates.h
//
// Aggregates over windows, for all days of a life at once.  docs/SEMANTICS.md#functions.  Internal to the engine.
//
// Every kernel takes the matching events of one life in order of time and writes one value per day.  Cost: O(events +
// days) whatever the window, min and max included.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/decimal.h"
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

}  // namespace kenko::engine
