// pg/upsert.h
//
// Writes rows into a table of PostgreSQL.  The only module that sees libpq.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::pg {

/// A column: its name and its SQL type.
struct Column {
  std::string name, type;
};

/// Where rows go.  table: NAME or SCHEMA.NAME.  The first column is the key.
struct Target {
  std::string url;  ///< postgresql://...; never part of a message
  std::string table;
  std::vector<Column> columns;
};

/// Rows as text; nullopt = null.
using Row = std::vector<std::optional<std::string>>;

/// Makes the table where it is missing and adds columns that it does not have; then inserts the rows, or updates those
/// whose key is there, in one transaction.
/// Problems: "postgres-failed" with the server's words (no address, no password), nothing was written.
[[nodiscard]] Status upsert(const Target& target, const std::vector<Row>& rows);

}  // namespace kenko::pg
