// segments/leftovers.h
//
// Files in DIR/events that count for nobody any more.
#pragma once

#include <string>

#include "ports/fact_store.h"

namespace kenko::segments {

/// Removes what writers left in DIR/events and `live` does not name, not even as replaced.  Other people's files stay.
/// Requires the write lock.
void remove_leftovers(const std::string& dir, const ports::Snapshot& live);

}  // namespace kenko::segments
