// verify/load_portfolio.h
//
// A portfolio -> the two relations that generated SQL reads.
#pragma once

#include <cstdint>

#include "base/day.h"
#include "base/result.h"
#include "duck/connection.h"
#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::verify {

struct LoadedPortfolio {
  uint64_t events = 0;            ///< those that fall into a life
  uint64_t days = 0;              ///< rows of spine
  int32_t longest_life_days = 0;  ///< for sql::HistoryOptions
};

/// Makes the tables `event` and `spine` of sql/inputs.h for `plan`, up to `until`.  Once for each connection.
///
/// Given, not found by SQL: lives, status, fact days, account start, attribute values, seats and arr of each day come
/// from the engine (the reference interpreter checks them); since when a name is observed is found here, from the
/// portfolio.
[[nodiscard]] Result<LoadedPortfolio> load_portfolio(duck::Connection& connection, const plan::Plan& plan,
                                                     const facts::Portfolio& portfolio, Day until);

}  // namespace kenko::verify
