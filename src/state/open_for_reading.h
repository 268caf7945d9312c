// state/open_for_reading.h
//
// Internal to state: opens a database file to read it, also where this user may not write the folder.
#pragma once

#include <sqlite3.h>

#include <string>

#include "base/result.h"

namespace kenko::state {

/// A connection that never changes the file.
///
/// A file with a log (WAL) usually needs a lock file beside it.  Where none can be made, it is read
/// - in place without locks, when the whole file system is read-only: nobody can write then;
/// - from a copy in memory that is known to be whole, when only this user may not write.
/// Problems: those of Database; "state-unsettled" when a log is left over that only a writer can apply.
[[nodiscard]] Result<sqlite3*> open_for_reading(const std::string& path);

}  // namespace kenko::state
