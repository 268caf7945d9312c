// segments/portfolio_rows.h
//
// Internal to segments: what is small in a portfolio (everything but the columns of events and the dictionary), as
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "facts/portfolio.h"

namespace kenko::segments {

[[nodiscard]] std::string rows_to_bytes(const facts::Portfolio& portfolio);
/// Fills accounts, users, attributes, contacts, contracts, rates, keys of properties, days and counts.  False when the
/// bytes are damaged.
[[nodiscard]] bool rows_from_bytes(std::string_view bytes, facts::Portfolio& portfolio);

}  // namespace kenko::segments
