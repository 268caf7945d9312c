// mapping/own_columns.h
//
// Kenko's own columns need no mapping: a file is recognised by its header.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mapping/mapping.h"

namespace kenko::mapping {

/// The built-in mapping for a file with these columns; nullopt when they are not Kenko's own.  `more`: these are only
/// those of its first records (JSON), later ones may have others; an optional column is then mapped whether it is among
/// them or not.
///
/// events:      name, occurred_at (or at, time), account and/or user; value, currency, text, event_id, source, version,
///              deleted; any other column is a property (a prefix `properties.` is taken off)
/// attributes:  long: account (or contact, contract), key, value; type, currency, valid_from.
///              wide: account and valid_from; any other column is an attribute
/// contracts:   contract, account, start; product, end, renewal, notice_deadline, notice_at, auto_renew, term_months,
/// arr,
///              currency, seats, state (or status), replaces, valid_from
/// identities:  kind, source, external_id, id; valid_from
/// memberships: contact, account; valid_from (and nothing else)
/// rates:       currency, day (or date), rate
[[nodiscard]] std::optional<Mapping> own_mapping(std::span<const std::string_view> columns, bool more = false);

}  // namespace kenko::mapping
