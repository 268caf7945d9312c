// state/entered_events.h
//
// Internal to state: events that people entered by hand, and attribute values that were taken back.
#pragma once

#include <optional>
#include <vector>

#include "facts/fact.h"
#include "state/batch.h"
#include "state/sqlite.h"

namespace kenko::state {

/// Every version, by seq.
[[nodiscard]] Status load_entered_events(Sqlite& sqlite, std::vector<facts::EventFact>& out);
/// Stores `event` (with its seq) unless its id says the same already.  Requires a transaction.
[[nodiscard]] Result<Outcome> add_entered_event(Sqlite& sqlite, const facts::EventFact& event);

/// Removes the dated values that had been taken back by `known_until` (none = by now).
[[nodiscard]] Status drop_withdrawn(Sqlite& sqlite, const std::optional<Instant>& known_until,
                                    std::vector<facts::AttributeFact>& attributes);
/// From recorded.seq on, the dated value of the fact's key counts as never said.  Requires a transaction.
[[nodiscard]] Status withdraw(Sqlite& sqlite, const facts::AttributeFact& fact);

/// The first unused commit number; and the end of a commit that changed facts.  Require a transaction.
[[nodiscard]] Result<int64_t> first_seq(Sqlite& sqlite);
[[nodiscard]] Status finish_facts(Sqlite& sqlite, int64_t next_seq);

}  // namespace kenko::state
