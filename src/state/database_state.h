// state/database_state.h
//
// Internal to state: what an open Database holds.
#pragma once

#include "state/database.h"
#include "state/sqlite.h"

namespace kenko::state {

struct Database::State {
  std::string dir;
  std::string path;  ///< of state.db
  Sqlite sqlite;
};

}  // namespace kenko::state
