// state/catalog.h
//
// Internal to state: the rows that say which files of DIR/events count.
#pragma once

#include "ports/fact_store.h"
#include "state/sqlite.h"

namespace kenko::state {

/// Requires a transaction.
[[nodiscard]] Result<ports::Snapshot> load_snapshot(Sqlite& sqlite);
/// Requires a write transaction.  The token stays: whether a fact changed is the caller's to know.  Problem
/// "state-moved" when something to replace is not there.
[[nodiscard]] Status change_catalog(Sqlite& sqlite, const ports::CatalogChange& change, Instant at);

}  // namespace kenko::state
