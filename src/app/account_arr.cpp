#include "app/account_arr.h"

#include <algorithm>
#include <cmath>

#include "engine/contracts.h"

namespace kenko::app {

std::optional<Decimal> arr_of(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  const auto begin = std::lower_bound(portfolio.contracts.begin(), portfolio.contracts.end(), account,
                                      [](const facts::ContractRow& row, uint32_t a) { return row.account < a; });
  const auto end = std::upper_bound(begin, portfolio.contracts.end(), account,
                                    [](uint32_t a, const facts::ContractRow& row) { return a < row.account; });
  engine::ContractDays days;
  engine::contract_days(portfolio, {begin, end}, day, 1, day, days);
  if (!days.any || days.arr_valid[0] == 0) return std::nullopt;
  return Decimal{std::llround(days.arr[0] * 1e6)};
}

}  // namespace kenko::app
