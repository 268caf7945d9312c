// engine/population.h
//
// Lives, status and fact days of one account.  docs/SEMANTICS.md#population.  Internal to the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/bound.h"
#include "engine/contracts.h"

namespace kenko::engine {

/// The days of a life, both included.
struct LifeSpan {
  Day first;
  Day last;
};

/// What the population rules find out about one account.  Vectors with one entry per day start at `first` and end at
/// the last day asked for; they run through all lives.  Buffers are reused.
struct Population {
  bool exists = false;
  Day first;  ///< the first fact day F
  std::vector<LifeSpan> lives;
  std::vector<uint8_t> fact_day;
  std::vector<int32_t> started;             ///< Day::number of the `started` attribute, INT32_MIN without one
  std::vector<AccountStatus> by_attribute;  ///< the status attribute; `none` = it says nothing
  std::vector<AccountStatus> status;
  ContractDays contracts;

  struct Marked {  ///< an event with a meaning for the rules
    uint64_t row = 0;
    Day day;
    NameKind kind = NameKind::plain;
  };
  std::vector<Marked> marked;
};

/// Fills `out` for the account's days up to `until`; facts of days after `facts_until` do not exist.
void find_population(const Engine::Bound& bound, uint32_t account, Day until, Population& out,
                     Day facts_until = Day::kMax);

}  // namespace kenko::engine
