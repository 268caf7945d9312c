// app/account_arr.h
//
// What an account pays a year.
#pragma once

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "facts/portfolio.h"

namespace kenko::app {

/// The ARR of the contracts that count on the day, in the workspace's currency; nullopt = unknown, or a rate is
/// missing.
[[nodiscard]] std::optional<Decimal> arr_of(const facts::Portfolio& portfolio, uint32_t account, Day day);

}  // namespace kenko::app
