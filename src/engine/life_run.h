// engine/life_run.h
//
// Runs a plan's nodes over one life of an account.  Internal to the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/aggregates.h"
#include "engine/bound.h"
#include "engine/population.h"
#include "engine/scalars.h"

namespace kenko::engine {

/// One node's values over the days of a life.
struct NodeDays {
  std::vector<double> value;
  std::vector<uint8_t> valid;

  [[nodiscard]] Column column() const { return {value, valid}; }
  Output output(size_t days) {
    value.resize(days);
    valid.resize(days);
    return {value, valid};
  }
};

struct Scratch::Buffers {
  Population population;
  AggregateScratch aggregate;
  std::vector<MatchedEvents> matched;  ///< by selector
  MatchedNumbers numbers;
  std::vector<uint32_t> codes;
  std::vector<int32_t> observed_from;  ///< by day, relative to the life's first day
  std::vector<Column> args;

  /// Kept until the next run, because LifeDays views them; one entry per life.
  struct Life {
    std::vector<NodeDays> nodes;
    std::vector<std::vector<int32_t>> points;
    std::vector<int32_t> account_start;
    std::vector<MetricDays> metrics;
  };
  std::vector<Life> lives;
};

/// Runs the plan's nodes over one life.
///
/// Order: find_account_start and match_events first, then compute() node by node (arguments before their users), then
/// points().  Ownership: refers to the scratch, writes into `life`.
struct LifeRun {
  const Engine::Bound& bound;
  uint32_t account;
  LifeSpan span;
  Scratch::Buffers& buffers;
  Scratch::Buffers::Life& life;

  [[nodiscard]] size_t days() const { return static_cast<size_t>(span.last - span.first + 1); }
  [[nodiscard]] size_t offset() const { return static_cast<size_t>(span.first - buffers.population.first); }
  void find_account_start(bool first_life);
  /// Deals the life's events out to the selectors that take them.
  void match_events();
  /// The first day of this life on which a touched source spoke of the account; INT32_MAX = not yet.
  [[nodiscard]] int32_t first_touch(uint32_t source) const;
  /// Per day, the first observed day of an event name, relative to the life's first day; INT32_MAX = not observed.
  void find_observed(uint32_t selector);
  /// The numeric field of the matched events.
  void read_numbers(plan::NodeId id, const MatchedEvents& m);
  void distinct(plan::NodeId id, const MatchedEvents& m, Output out);
  void aggregate(plan::NodeId id, Output out);
  void attribute(plan::NodeId id, Output out);
  void set_attribute(plan::Type type, const facts::AttributeRow& row, uint32_t index, Day d, double& value,
                     uint8_t& valid) const;
  void from_contracts(bool seats, Output out);
  void compute(plan::NodeId id);
  /// Points of all days by `curve`: one of bound.curves, segment_curves or stage_curves that belongs to `metric`.
  /// `out` has one entry per day; kNoPoints where there are none.
  void points(size_t metric, const BoundCurve& curve, std::span<int32_t> out) const;
};

}  // namespace kenko::engine
