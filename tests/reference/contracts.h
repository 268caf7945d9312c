// tests/reference/contracts.h
//
// docs/SEMANTICS.md#contracts, read straight: on which days a contract counts, and what the counting ones are worth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "reference/company.h"

namespace kenko::reference {

/// `day` moved by calendar months, cut to the month's length.
[[nodiscard]] Day add_months(Day day, int64_t months);

/// Whether `contract` counts for `account` on d.
[[nodiscard]] bool counts(const Company& company, const Account& account, const Contract& contract, Day d);
[[nodiscard]] bool any_contract_counts(const Company& company, const Account& account, Day d);
/// A contract in force on d that starts after d.
[[nodiscard]] bool any_contract_to_come(const Account& account, Day d);
/// A contract that counts on d and did not the day before.
[[nodiscard]] bool any_contract_starts_counting(const Company& company, const Account& account, Day d);
/// A counting contract whose customer has given notice.
[[nodiscard]] bool any_contract_under_notice(const Company& company, const Account& account, Day d);
/// A version in force on d differs from the one in force the day before.
[[nodiscard]] bool any_contract_changed(const Account& account, Day d);

/// Millionths; nullopt = null.  With a product only contracts of that product.
[[nodiscard]] std::optional<Int128> seats(const Company& company, const Account& account, Day d,
                                          const std::optional<std::string>& product = std::nullopt);
[[nodiscard]] std::optional<Int128> arr(const Company& company, const Account& account, Day d,
                                        const std::optional<std::string>& product = std::nullopt);

/// docs/SEMANTICS.md#contracts, "the contract clock"; nullopt = null.
struct ContractClock {
  std::optional<int64_t> term_months, days_into_term, days_to_renewal;
};
[[nodiscard]] ContractClock contract_clock_of(const Company& company, const Account& account, Day d);

}  // namespace kenko::reference
