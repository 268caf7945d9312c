// state/event_columns.h
//
// Internal to state: what the tables of events have in common.
#pragma once

#include "facts/fact.h"
#include "state/sqlite.h"

namespace kenko::state {

/// The columns that every table of events begins with, in the order in which read_event_columns() wants them; column 0
/// is seq.
inline constexpr const char* kEventColumns =
    "seq, source, event_id, version, deleted, account_ref, user_ref, name, occurred_at, value, currency, text";

/// Everything that they say but seq.
inline void read_event_columns(const Statement& row, facts::EventFact& e) {
  e.source = row.text(1);
  e.event_id = row.text(2);
  e.version = row.integer(3);
  e.deleted = row.integer(4) != 0;
  e.account_ref = row.maybe_text(5);
  e.user_ref = row.maybe_text(6);
  e.name = row.text(7);
  e.occurred_at = {row.integer(8)};
  e.value = row.maybe_decimal(9);
  e.currency = row.text(10);
  e.text = row.maybe_text(11);
}

}  // namespace kenko::state
