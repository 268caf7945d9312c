// engine/life_run.h
//
// Runs a plan's nodes over one life of an account.  Internal to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/aggregates.h"
#include "engine/bound.h"
#include "engine/contacts.h"
#include "engine/pairs.h"
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
  std::vector<DatedNumber> dated;
  std::vector<uint32_t> codes, other_codes;
  std::vector<int32_t> observed_from;  ///< by day, relative to the life's first day
  std::vector<Column> args;
  PairScratch pair;
  ContactScratch contact;

  /// What several nodes of a life may share; gone with the next life.
  struct Shared {
    std::optional<std::pair<int32_t, int32_t>> observed;           ///< since when, of what observed_from is of
    std::optional<std::tuple<uint32_t, uint32_t, int32_t>> items;  ///< selectors and property of PairItems
    std::optional<std::string_view> product;
    bool clock = false;
  } shared;
  std::vector<int32_t> touched_from;  ///< by source: LifeRun::first_touch, INT32_MIN = not looked for
  PairItems items;
  ProductDays product;
  ContractClock clock;

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
  /// Events, values, contract versions and touches of later days do not exist (RunOptions).
  Day facts_until = Day::kMax;

  [[nodiscard]] size_t days() const { return static_cast<size_t>(span.last - span.first + 1); }
  [[nodiscard]] size_t offset() const { return static_cast<size_t>(span.first - buffers.population.first); }
  void find_account_start(bool first_life);
  /// Deals the life's events out to the selectors that take them; forgets what was shared in the life before.
  void match_events();
  /// Any node but children and percentile.
  void compute(plan::NodeId id);
  /// Points of all days by `curve`: one of bound.curves, segment_curves or stage_curves that belongs to `metric`.
  /// `out` has one entry per day; kNoPoints where there are none.
  void points(size_t metric, const BoundCurve& curve, std::span<int32_t> out) const;
  /// The items of a pair function, with due days and amounts where it needs them.
  const PairItems& pair_items(plan::NodeId id);

  /// What a numeric field says of an event.
  enum class Reading : uint8_t { absent, number, no_rate };
  [[nodiscard]] Reading read_number(plan::NodeId id, uint64_t row, int64_t& micros) const;

 private:
  [[nodiscard]] int32_t first_touch(uint32_t source);
  void find_observed(uint32_t selector);
  void find_pair_observed(uint32_t a, uint32_t b);
  void read_numbers(plan::NodeId id, const MatchedEvents& m);
  void read_codes(int32_t property, const MatchedEvents& m, std::vector<uint32_t>& codes) const;
  void read_users(const MatchedEvents& m);
  void aggregate(plan::NodeId id, Output out);
  void aggregate_events(plan::NodeId id, int32_t window, Output out);
  void aggregate_numbers(plan::NodeId id, int32_t window, Output out);
  void aggregate_pairs(plan::NodeId id, int32_t window, Output out);
  void current(plan::NodeId id, const MatchedEvents& m, Output out);
  void contact_health(plan::NodeId id, const MatchedEvents& m, int32_t window, Output out);
  void attribute(plan::NodeId id, Output out);
  void set_attribute(const plan::Node& node, const facts::AttributeRow& row, uint32_t index, Day d, double& value,
                     uint8_t& valid) const;
  [[nodiscard]] std::span<const facts::ContractRow> contracts() const;
  void from_contracts(const plan::Node& node, Output out);
  void from_clock(plan::Op op, Output out);
};

}  // namespace kenko::engine
