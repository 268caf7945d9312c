#include "duck/parquet_text.h"

#include <fmt/format.h>

#include "duck/connection.h"
#include "ports/files.h"

namespace kenko::duck {
namespace {

Problem unreadable(const std::string& path, const Problem& cause) {
  Problem problem;
  problem.code = "parquet-unreadable";
  problem.place.file = path;
  problem.message = cause.message;
  problem.hint = "is it a Parquet file, and complete?";
  return problem;
}

/// The expression that gives a column's text.
std::string as_text(const std::string& name, const std::string& type) {
  const std::string column = sql_name(name);
  if (type == "TIMESTAMP WITH TIME ZONE")
    return fmt::format("strftime({}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%fZ')", column);
  const bool nested = type.ends_with("]") || type.starts_with("STRUCT") || type.starts_with("MAP");
  return nested ? fmt::format("to_json({})::VARCHAR", column) : fmt::format("{}::VARCHAR", column);
}

/// Names of the columns and the SELECT that gives all of them as text.
struct Columns {
  std::vector<std::string> names;
  std::string select;
};

Result<Columns> describe(Connection& duck, const std::string& file) {
  Columns columns;
  KENKO_TRY(Rows rows, duck.query(fmt::format("DESCRIBE SELECT * FROM read_parquet({})", file)));
  while (true) {
    KENKO_TRY(const Chunk chunk, rows.next());
    if (chunk.size() == 0) return columns;
    for (size_t i = 0; i < chunk.size(); ++i) {
      columns.names.emplace_back(chunk.text(0, i));
      columns.select += columns.select.empty() ? "" : ", ";
      columns.select += as_text(columns.names.back(), std::string(chunk.text(1, i)));
    }
  }
}

}  // namespace

Status read_parquet_as_text(const std::string& path, const TextRowSink& sink) {
  KENKO_TRY_STATUS(ports::MappedFile::open(path));
  KENKO_TRY(Connection duck, Connection::open());
  const std::string file = sql_path(path);
  Result<Columns> columns = describe(duck, file);
  if (!columns.ok()) return unreadable(path, columns.problems()[0]);
  if (!sink.header(columns->names)) return Done{};
  Result<Rows> rows = duck.query(fmt::format("SELECT {} FROM read_parquet({})", columns->select, file));
  if (!rows.ok()) return unreadable(path, rows.problems()[0]);
  std::vector<std::optional<std::string_view>> cells(columns->names.size());
  while (true) {
    const Result<Chunk> chunk = rows->next();
    if (!chunk.ok()) return unreadable(path, chunk.problems()[0]);
    if (chunk->size() == 0) return Done{};
    for (size_t i = 0; i < chunk->size(); ++i) {
      for (size_t c = 0; c < cells.size(); ++c) {
        cells[c] = chunk->valid(c, i) ? std::optional(chunk->text(c, i)) : std::nullopt;
      }
      if (!sink.row(cells)) return Done{};
    }
  }
}

}  // namespace kenko::duck
