// engine/engine.h
//
// Native execution of a plan: the whole history of one account in one pass, its metrics, points and status for every
// day. Pure: reads no clock, does no I/O.  docs/SEMANTICS.md is the contract.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::engine {

/// docs/SEMANTICS.md#population.  `none` = there is no row on that day.
enum class AccountStatus : uint8_t { none, trial, onboarding, active, paused, notice, churned, internal };
[[nodiscard]] std::string_view word(AccountStatus status);
/// A status that the model scores; docs/SEMANTICS.md#population 6.
[[nodiscard]] bool is_scored(const plan::Accounts& accounts, AccountStatus status);

/// MetricDays::points where there are none.  Points may be negative (curve `each`), so compare with this.
inline constexpr int32_t kNoPoints = INT32_MIN;

/// A day on which no source of a metric is overdue.
inline constexpr int32_t kNotStale = INT32_MIN;

/// One metric over the days of a life.
///
/// value:  numbers as they are, flags 0 or 1, texts as codes of Engine::text.  Meaningful where valid.
/// points: millionths of a point by the curve of the day's segment and stage, kNoPoints where there are none (missing
///         policies not applied yet).
/// stale:  while a source of the metric is overdue, that source's last fact day (Day::number), whose points the metric
///         keeps; else kNotStale.  The day may lie before the life: then it has no points.  Empty = never in this life.
/// input:  what went into the curve, as `value`: the value itself, or its percentile or baseline.
struct MetricDays {
  std::span<const double> value;
  std::span<const uint8_t> valid;
  std::span<const int32_t> points;
  std::span<const int32_t> stale{};
  std::span<const double> input{};
  std::span<const uint8_t> input_valid{};
};

/// On which days the conditions of a trigger hold (null = does not hold).  `until` is empty when the trigger has none.
struct TriggerDays {
  std::span<const uint8_t> when;
  std::span<const uint8_t> until;
};

/// The override in force on a day; docs/SEMANTICS.md#overrides.
struct Override {
  enum class Kind : uint8_t { none, value, floor, ceiling };
  Kind kind = Kind::none;
  int32_t hundredths = 0;
  uint64_t row = 0;  ///< its event, a row of portfolio().events
};

/// A watched condition without a value.
inline constexpr uint8_t kUnknown = 2;

/// The days of one life of an account, first to last, one entry each.
///
/// Ownership: views of the Scratch (and the Peers) that made them; gone with its next run.
struct LifeDays {
  Day first;
  std::span<const AccountStatus> status;
  /// SEMANTICS.md#roll-up 5: something other than our own acts happened while it was not paused, here or in an account
  /// below it.
  std::span<const uint8_t> fact_day;
  std::span<const int32_t> account_start;   ///< Day::number
  std::span<const MetricDays> metrics;      ///< in the plan's order
  std::span<const uint8_t> scored{};        ///< `accounts: when` holds; empty when the plan has none
  std::span<const int16_t> segment{};       ///< position in plan.segments, -1 = none; empty when the plan has none
  std::span<const int16_t> stage{};         ///< the same in plan.life_stages
  std::span<const TriggerDays> triggers{};  ///< in the plan's order
  std::span<const Override> overrides{};    ///< empty when no day of the life has one
  std::span<const int64_t> arr_micros{};    ///< -1 = null; empty unless plan.hierarchy weighs by it
  /// By outcome of the plan: its `among` holds, one entry a day (null = 0), empty where it has none.  Empty without
  /// RunOptions::among.
  std::span<const std::span<const uint8_t>> among{};
  /// By watched condition of the plan: 1 = it holds, 0 = it does not, kUnknown = null.  Empty without
  /// RunOptions::among.
  std::span<const std::span<const uint8_t>> watched{};

  [[nodiscard]] size_t size() const { return status.size(); }
};

/// What a computation leaves out, to tell which part of a change came from what.
struct RunOptions {
  /// Events, attribute values, contract versions and touches of later days do not exist; the days go on.
  std::optional<Day> facts_until;
  /// On later days, the segment, stage and parent of accounts that were alive on this day are those of this day.
  std::optional<Day> freeze_after;
  bool triggers = true;   ///< false: score leaves triggers and caps out
  bool overrides = true;  ///< false: no override is in force
  bool among = false;     ///< true: LifeDays::among and watched are there; no score needs them
  /// Days on which percentiles are asked for, ascending; on others they have no value.  Empty = on all.
  std::vector<Day> percentile_days;
};

/// Working memory of one thread; reused from account to account.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

  struct Buffers;
  struct LifeExtras;

 private:
  friend class Engine;
  std::unique_ptr<Buffers> buffers_;
  std::unique_ptr<LifeExtras> extras_;
};

class Peers;

/// A plan bound to a portfolio.
///
/// Ownership: keeps references to both; they must live as long.  Threads: run() may be called from many, each with its
/// own Scratch.
class Engine {
 public:
  Engine(const plan::Plan& plan, const facts::Portfolio& portfolio);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes the events that were laid behind those of the portfolio since (segments::OpenPortfolio::add); what it costs
  /// is in proportion to them.  False when more than events changed: then another engine must be made.  Nobody may use
  /// the engine meanwhile, and Peers made before are spent.
  [[nodiscard]] bool follow();

  /// Computes the account's days up to peers.until() (included).  The lives are in order of time; an account without
  /// facts has none.  Depends on this account's facts and on `peers`, which must have been made by this engine for it.
  void run(uint32_t account, const Peers& peers, Scratch& scratch, std::vector<LifeDays>& lives) const;
  /// The same with Peers made for this one account: where parents, peers or overdue sources exist, this is slow.
  void run(uint32_t account, Day until, Scratch& scratch, std::vector<LifeDays>& lives) const;

  [[nodiscard]] const plan::Plan& plan() const;
  [[nodiscard]] const facts::Portfolio& portfolio() const;
  /// The text behind a code in MetricDays::value of a text metric.
  [[nodiscard]] std::string_view text(double code) const;

  /// The events, newest first, that aggregate `node` reads for `account` as of `day`: rows of portfolio().events.
  [[nodiscard]] std::vector<uint64_t> evidence(uint32_t account, plan::NodeId node, Day day) const;

  /// The events up to `until` that aggregate `node` reads for `account` in whatever life or between two, whatever its
  /// window: rows of portfolio().events in reading order.  Of outcomes: Plan::outcomes[i].events.
  [[nodiscard]] std::vector<uint64_t> selected_events(uint32_t account, plan::NodeId node, Day until) const;

  struct Bound;
  [[nodiscard]] const Bound& bound() const { return *bound_; }

 private:
  std::unique_ptr<Bound> bound_;
};

}  // namespace kenko::engine
