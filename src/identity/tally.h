// identity/tally.h
//
// What is counted over all events that count, so that it can be kept up when some of them change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"

namespace kenko::identity {

/// How many events of one source fell on each day.
class DayCounts {
 public:
  /// seen:   all that count, whoever they are about: the days on which the source spoke.
  /// placed: without those of excluded accounts and users.
  struct Count {
    int64_t seen = 0;
    int64_t placed = 0;
    friend bool operator==(const Count&, const Count&) = default;
  };

  void add(Day day, Count count) {
    const int64_t at = static_cast<int64_t>(day.number) - first_;
    if (at < 0 || at >= static_cast<int64_t>(counts_.size())) return grow(day, count);
    counts_[static_cast<size_t>(at)].seen += count.seen;
    counts_[static_cast<size_t>(at)].placed += count.placed;
  }
  /// Calls f(day, count) for the days with events, ascending.
  template <typename F>
  void each(const F& f) const {
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] != Count{}) f(Day{static_cast<int32_t>(first_ + static_cast<int64_t>(i))}, counts_[i]);
    }
  }

 private:
  void grow(Day day, Count count);

  int64_t first_ = 0;
  std::vector<Count> counts_;
};

/// Counts over all events that count.  Plain sums, so that what changed can be taken away and added.
struct EventTally {
  std::map<std::string, DayCounts, std::less<>> days;                ///< by source
  std::map<std::pair<std::string, std::string>, int64_t> unmatched;  ///< by source and reference
  int64_t no_rate = 0;

  void add(const EventTally& other);
  /// Writes what follows from the counts into the portfolio: source_first_day, source_fact_days (`spoken` are the days
  /// of other facts, by position in the settings), unmatched, no_rate_events and the newest day of any event.
  void publish(std::vector<std::vector<Day>> spoken, facts::Portfolio& portfolio) const;
};

}  // namespace kenko::identity
