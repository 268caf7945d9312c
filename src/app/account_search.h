// app/account_search.h
//
// Which account a person means.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "facts/portfolio.h"

namespace kenko::app {

/// The account of this id or, uniquely, of this name.  Errors: "unknown-account" with the nearest ids and names,
/// "ambiguous-account".
[[nodiscard]] Result<uint32_t> find_account(const facts::Portfolio& portfolio, const std::string& id_or_name);

/// The newest value of the account's attribute `name`; empty without one.
[[nodiscard]] std::string account_name(const facts::Portfolio& portfolio, uint32_t account);

}  // namespace kenko::app
