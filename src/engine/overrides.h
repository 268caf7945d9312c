// engine/overrides.h
//
// The override in force on each day of a life.  docs/SEMANTICS.md#overrides 1.  Internal to the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/population.h"
#include "facts/portfolio.h"

namespace kenko::engine {

/// Where overrides stand in a portfolio.
///
/// Ownership: refers to the portfolio.
class Overrides {
 public:
  Overrides(const facts::Portfolio& portfolio, const std::string& model);

  /// One entry per day of the life, or none when no day has one; events of days after `facts_until` do not exist.
  void find(uint32_t account, LifeSpan life, Day facts_until, std::vector<Override>& out) const;

 private:
  struct Found {
    Override override;
    Day expires;
  };
  [[nodiscard]] Found read(uint64_t row) const;

  const facts::Portfolio& portfolio_;
  std::string model_;
  uint32_t set_ = 0, cleared_ = 0;  // codes of the events' names, 0 = there are none
  const facts::PropertyColumn *kind_ = nullptr, *expires_ = nullptr, *of_model_ = nullptr;
};

}  // namespace kenko::engine
