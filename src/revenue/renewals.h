// revenue/renewals.h
//
// Contracts that will renew soon, and those that will end.  docs/SEMANTICS.md#portfolio 8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/portfolio.h"
#include "revenue/account_arr.h"

namespace kenko::revenue {

/// What one account renews on one day.
struct Due {
  uint32_t account = 0;
  Day renewal;
  int64_t arr = 0;  ///< millionths; kUnknown when a contract of them says none
  std::vector<std::string> products;
  int64_t contracts = 0;
  bool auto_renew = false;             ///< all of them renew by themselves
  std::optional<Day> notice_deadline;  ///< the earliest that has not passed
};

/// What one account stops paying on one day, as it has said.
struct Ending {
  uint32_t account = 0;
  Day last;  ///< the last day on which the contracts count
  int64_t arr = 0;
  std::vector<std::string> products;
  bool noticed = false;  ///< notice was given; else they are cancelled
  bool goes_on = false;  ///< other contracts of the account go on
};

/// Contracts that count on `day` and renew up to `day` + `within`, those first whose day has passed (late paper); by
/// day, then by account.
[[nodiscard]] std::vector<Due> due_renewals(const facts::Portfolio& portfolio, uint32_t account, Day day,
                                            int32_t within);

/// Contracts that count on `day` and were cancelled or given notice, however late they end.
[[nodiscard]] std::vector<Ending> ending_contracts(const facts::Portfolio& portfolio, uint32_t account, Day day);

}  // namespace kenko::revenue
