// engine/contracts.h
//
// Which contracts of an account count on which day.  docs/SEMANTICS.md#contracts.  Internal to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
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

/// Fills `out` for `days` days from `first` on; versions of days after `facts_until` do not exist.
void contract_days(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                   int32_t days, Day facts_until, ContractDays& out);

/// seats and arr of the contracts of one product; docs/SEMANTICS.md#contracts.
struct ProductDays {
  std::vector<double> seats, arr;
  std::vector<uint8_t> seats_valid, arr_valid;
};
void product_days(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts,
                  std::string_view product, Day first, int32_t days, Day facts_until, ProductDays& out);

/// The contract clock, one entry per day; kNone where there is none.
struct ContractClock {
  static constexpr int32_t kNone = INT32_MIN;

  std::vector<int32_t> term_months, days_into_term, days_to_renewal;
};
void contract_clock(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                    int32_t days, Day facts_until, ContractClock& out);

/// A contract that counts on a day.
struct CountingContract {
  const facts::ContractFact* fact = nullptr;  ///< the version in force
  bool noticed = false;                       ///< notice was given on or before the day
  /// When it would renew, as days_to_renewal() reckons; none: cancelled, given notice, or without an end.
  std::optional<Day> renewal;
  Day last;  ///< the last day on which it counts when nothing more is said; kMax = it goes on
};
/// Those of the day; versions of later days do not exist.  Ownership: points into `contracts`.
[[nodiscard]] std::vector<CountingContract> counting_on(const facts::Portfolio& portfolio,
                                                        std::span<const facts::ContractRow> contracts, Day day);

/// `day` moved by whole months, cut to the month's length.
[[nodiscard]] Day add_months(Day day, int32_t months);

/// True when the two versions say the same (who recorded them and when does not matter).
[[nodiscard]] bool same_terms(const facts::ContractFact& a, const facts::ContractFact& b);

}  // namespace kenko::engine
