// duck/table_function.h
//
// Internal to duck: our memory as a DuckDB table function.
#pragma once

#include <duckdb.h>

#include <string>

#include "duck/columns.h"

namespace kenko::duck {

/// False when the name is taken.
[[nodiscard]] bool register_table_function(duckdb_connection connection, const std::string& name, Table table);

}  // namespace kenko::duck
