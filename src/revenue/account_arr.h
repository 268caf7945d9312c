// revenue/account_arr.h
//
// What an account pays a year, at rates that do not move within a period.  docs/SEMANTICS.md#portfolio 1, 3.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"

namespace kenko::revenue {

/// Stands for an ARR that nobody knows.
inline constexpr int64_t kUnknown = std::numeric_limits<int64_t>::min();

/// The days whose rates convert: those of `first`; a currency without a rate there has that of `second`.
struct RateDays {
  Day first, second;
};

/// An account's ARR on a day, in millionths of the workspace's currency.
///
/// micros: 0 = no contract counts; kUnknown = some count, but none says an amount, or one has no rate.
/// products: of the contracts that say an amount, by product, each once, sorted; empty where micros is unknown.
struct AccountArr {
  struct Product {
    std::string name;
    int64_t micros = 0;
  };
  int64_t micros = 0;
  std::vector<Product> products;

  /// 0 where the account has none of it.
  [[nodiscard]] int64_t of(std::string_view product) const;
};

[[nodiscard]] AccountArr arr_on(const facts::Portfolio& portfolio, uint32_t account, Day day, RateDays rates);

/// A contract counted for the account on a day from `first` to `last`, both included.
[[nodiscard]] bool any_contract(const facts::Portfolio& portfolio, uint32_t account, Day first, Day last);

}  // namespace kenko::revenue
