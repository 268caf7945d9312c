#include "app/account_arr.h"

#include <cmath>

#include "engine/contracts.h"

namespace kenko::app {

std::optional<Decimal> arr_of(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  engine::ContractDays days;
  engine::contract_days(portfolio, portfolio.contracts_of(account), day, 1, day, days);
  if (!days.any || days.arr_valid[0] == 0) return std::nullopt;
  return Decimal{std::llround(days.arr[0] * 1e6)};
}

}  // namespace kenko::app
