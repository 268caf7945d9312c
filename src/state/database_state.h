// state/database_state.h
//
// Internal to state: what an open Database holds.
#pragma once

#include "state/database.h"
#include "state/sqlite.h"

namespace kenko::state {

struct Database::State {
  std::string path;
  Sqlite sqlite;
};

}  // namespace kenko::state
