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
#include "sql/history.h"

namespace kenko::verify {

struct LoadedPortfolio {
  uint64_t events = 0;  ///< those that fall into a life
  uint64_t days = 0;    ///< rows of spine
  int32_t longest_life_days = 0;
  sql::Facts facts;

  [[nodiscard]] sql::HistoryOptions options(bool with_scale) const { return {longest_life_days, with_scale, facts}; }
};

/// Makes the tables `event` and `spine` of sql/inputs.h for `plan`, up to `until`.  Once for each connection.
///
/// Given, not found by SQL: lives, status, fact days, account start, and what attributes and contracts say on each day
/// come from the engine (the reference interpreter checks them); since when a name is observed, and the attributes of
/// an event's user, are found here, from the portfolio.
[[nodiscard]] Result<LoadedPortfolio> load_portfolio(duck::Connection& connection, const plan::Plan& plan,
                                                     const facts::Portfolio& portfolio, Day until);

}  // namespace kenko::verify
