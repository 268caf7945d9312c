// engine/peers.h
//
// Everything that the run of one account needs to know of the others: parents and what happened below, the values of
// children and of the accounts of the segment, and which sources are overdue.  docs/SEMANTICS.md#hierarchy,
// #functions (children, percentile) and #observation-zero-and-null 8.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/hierarchy.h"
#include "engine/levels.h"
#include "engine/overrides.h"

namespace kenko::engine {

/// The earliest day of any fact of any account; Day::kMax without facts.
[[nodiscard]] Day first_day(const facts::Portfolio& portfolio);

/// The first day of any event: contracts and attributes may reach back before the days that were watched.  nullopt
/// without events.
[[nodiscard]] std::optional<Day> first_event_day(const facts::Portfolio& portfolio);

/// A children() node of one parent: its value on the days from `first` on.
struct FoldedDays {
  Day first;
  std::vector<double> value;    ///< so far: a mean is its sum
  std::vector<uint32_t> count;  ///< children that have a value
};

/// A percentile() node: the sorted values of the accounts of a segment on a day, by (day - first) x groups + segment +
/// 1.
struct PlacedDays {
  Day first;
  size_t groups = 1;
  std::vector<std::vector<double>> values;
  [[nodiscard]] std::span<const double> on(Day day, int segment) const;
};

/// Tables over the portfolio, built level by level before any account is run.
///
/// Cost: nothing beyond a look at the settings when the plan has no such node, no account a parent and no source a
/// rhythm. Memory: one column per children() node and parent, one number per percentile() node, account and day.
/// Threads: made by `threads` of them, immutable afterwards; the result depends neither on their number nor timing.
/// Ownership: refers to the engine.
class Peers {
 public:
  /// For runs of `accounts` (empty = all) up to `until`.
  Peers(const Engine& engine, Day until, int threads, std::span<const uint32_t> accounts = {},
        const RunOptions& options = {});

  [[nodiscard]] Day until() const { return until_; }
  /// The last day whose facts exist.
  [[nodiscard]] Day facts_until() const { return std::min(until_, options_.facts_until.value_or(until_)); }
  [[nodiscard]] const RunOptions& options() const { return options_; }
  [[nodiscard]] const Hierarchy& hierarchy() const { return hierarchy_; }

  // For the run of an account.
  [[nodiscard]] const Levels& levels() const { return levels_; }
  [[nodiscard]] const Overrides& overrides() const { return overrides_; }
  /// nullptr when the account never has a child with a value.
  [[nodiscard]] const FoldedDays* folded(plan::NodeId node, uint32_t account) const;
  [[nodiscard]] const PlacedDays& placed(plan::NodeId node) const;
  /// use(at) for each day first + at, at < count, on which percentiles are asked for.
  template <typename Use>
  void for_each_place(Day first, size_t count, const Use& use) const {
    if (options_.percentile_days.empty()) {
      for (size_t at = 0; at < count; ++at) use(at);
    }
    for (const Day day : options_.percentile_days) {
      if (day >= first && day - first < static_cast<int64_t>(count)) use(static_cast<size_t>(day - first));
    }
  }
  /// Per day from stale_first() on, as MetricDays::stale; empty = the metric's sources are never overdue.
  [[nodiscard]] std::span<const int32_t> stale(size_t metric) const { return stale_[metric]; }
  [[nodiscard]] Day stale_first() const { return stale_first_; }

 private:
  class Builder;
  RunOptions options_;
  Day until_;
  Levels levels_;
  Overrides overrides_;
  Hierarchy hierarchy_;
  std::map<std::pair<plan::NodeId, uint32_t>, FoldedDays> folded_;
  std::map<plan::NodeId, PlacedDays> placed_;
  std::vector<std::vector<int32_t>> stale_;  ///< by metric
  Day stale_first_;
};

}  // namespace kenko::engine
