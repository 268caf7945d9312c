// state/outbox_rows.h
//
// Internal to state: messages that are added in the transaction of what they tell.
#pragma once

#include <vector>

#include "ports/message.h"
#include "state/sqlite.h"

namespace kenko::state {

/// Adds what is not there yet, by id, due when it was created; gives how many were added.  Requires a write
/// transaction.
[[nodiscard]] Result<int64_t> add_messages(Sqlite& sqlite, const std::vector<ports::Message>& messages);

}  // namespace kenko::state
