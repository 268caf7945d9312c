// app/finish_killed.h
//
// What a command that was killed leaves behind.
#pragma once

#include <string>

#include "base/result.h"
#include "state/database.h"

namespace kenko::app {

/// Removes files NAME.PID.tmp (where readers may write, too, those whose process is no more) and brings the manifest up
/// to the catalog, which is ahead of it when a command died right after its commit.  Every command that writes begins
/// with this.  Requires the write lock.
[[nodiscard]] Status finish_killed(const std::string& dir, state::Database& database);

}  // namespace kenko::app
