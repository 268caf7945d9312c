// engine/contracts.h
//
// Which contracts of an account count on which day.  docs/SEMANTICS.md#contracts.  Internal to the engine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "facts/portfolio.h"

namespace kenko::engine {

/// The contracts of one account over the days [first, first + size).
///
/// seats, arr: meaningful where the _valid entry is 1.  Buffers are reused from account to account.
struct ContractDays {
  bool any = false;               ///< the account has contracts; without any, the vectors are empty
  std::vector<int32_t> counting;  ///< how many count
  std::vector<uint8_t> starting;  ///< one counts that did not count the day before
  std::vector<uint8_t> future;    ///< one that is in force starts later
  std::vector<uint8_t> notice;    ///< one that counts was given notice
  std::vector<double> seats, arr;
  std::vector<uint8_t> seats_valid, arr_valid;
};

/// Fills `out` for `days` days from `first` on.
void contract_days(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                   int32_t days, ContractDays& out);

/// `day` moved by whole months, cut to the month's length.
[[nodiscard]] Day add_months(Day day, int32_t months);

/// True when the two versions say the same (who recorded them and when does not matter).
[[nodiscard]] bool same_terms(const facts::ContractFact& a, const facts::ContractFact& b);

}  // namespace kenko::engine
