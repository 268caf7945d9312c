// engine/engine.h
//
// Native execution of a plan: the whole history of one account in one pass, its metrics, points and status for every
// day. Pure: reads no clock, does no I/O.  docs/SEMANTICS.md is the contract.
#pragma once

#include <cstdint>
#include <memory>
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

/// MetricDays::points where there are none.  Points may be negative (curve `each`), so compare with this.
inline constexpr int32_t kNoPoints = INT32_MIN;

/// One metric over the days of a life.
///
/// value:  numbers as they are, flags 0 or 1, texts as codes of Engine::text.  Meaningful where valid.
/// points: millionths of a point by the curve, kNoPoints where there are none (missing policies not applied yet).
struct MetricDays {
  std::span<const double> value;
  std::span<const uint8_t> valid;
  std::span<const int32_t> points;
};

/// The days of one life of an account, first to last, one entry each.
///
/// Ownership: views of the Scratch that made them; gone with its next run.
struct LifeDays {
  Day first;
  std::span<const AccountStatus> status;
  std::span<const uint8_t> fact_day;       ///< SEMANTICS.md#roll-up 5: something other than our own acts happened
  std::span<const int32_t> account_start;  ///< Day::number
  std::span<const MetricDays> metrics;     ///< in the plan's order

  [[nodiscard]] size_t size() const { return status.size(); }
};

/// Working memory of one thread; reused from account to account.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

  struct Buffers;

 private:
  friend class Engine;
  std::unique_ptr<Buffers> buffers_;
};

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

  /// Computes the account's days up to `until` (included).  The lives are in order of time; an account without facts up
  /// to `until` has none.  Depends on this account's facts alone.
  void run(uint32_t account, Day until, Scratch& scratch, std::vector<LifeDays>& lives) const;

  [[nodiscard]] const plan::Plan& plan() const;
  [[nodiscard]] const facts::Portfolio& portfolio() const;
  /// The text behind a code in MetricDays::value of a text metric.
  [[nodiscard]] std::string_view text(double code) const;

  /// The events, newest first, that aggregate `node` reads for `account` as of `day`: rows of portfolio().events.
  [[nodiscard]] std::vector<uint64_t> evidence(uint32_t account, plan::NodeId node, Day day) const;

  struct Bound;

 private:
  std::unique_ptr<Bound> bound_;
};

}  // namespace kenko::engine
