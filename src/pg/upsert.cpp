#include "pg/upsert.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>

#include "base/check.h"
#include "base/text.h"

namespace kenko::pg {
namespace {

constexpr const char* kTimeoutSeconds = "15";

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// The server's words on one line.
Problem failed(std::string_view words, const std::string& table) {
  std::string line(text::trim(words));
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return {"postgres-failed",     {}, fmt::format("PostgreSQL, table {}: {}", table, line),
          "nothing was written", "", Severity::error};
}

// The words for a connection that failed name hosts and users, which belong to the address.
Problem unreachable(const std::string& table) {
  return {"postgres-failed",
          {},
          fmt::format("PostgreSQL, table {}: no connection", table),
          "check the address in the variable or file that holds it, and that the server takes us",
          "",
          Severity::error};
}

std::string quoted(PGconn* connection, const std::string& name) {
  const std::unique_ptr<char, decltype(&PQfreemem)> out(PQescapeIdentifier(connection, name.data(), name.size()),
                                                        &PQfreemem);
  return out ? std::string(out.get()) : std::string();
}

std::string quoted_table(PGconn* connection, const std::string& table) {
  std::string out;
  for (const std::string_view part : text::split(table, '.'))
    out += (out.empty() ? "" : ".") + quoted(connection, std::string(part));
  return out;
}

class Writing {
 public:
  Writing(PGconn* connection, const Target& target) : connection_(connection), target_(target) {}

  Status run(const std::vector<Row>& rows) {
    KENKO_TRY_STATUS(execute("BEGIN"));
    KENKO_TRY_STATUS(make_table());
    KENKO_TRY_STATUS(prepare());
    for (const Row& row : rows) KENKO_TRY_STATUS(put(row));
    return execute("COMMIT");
  }

 private:
  Status execute(const std::string& sql) {
    const Answer answer(PQexec(connection_, sql.c_str()), &PQclear);
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failed(PQerrorMessage(connection_), target_.table);
    return Done{};
  }

  Status make_table() {
    const std::string table = quoted_table(connection_, target_.table);
    std::string columns;
    for (const Column& c : target_.columns) {
      const bool key = columns.empty();
      columns +=
          fmt::format("{}{} {}{}", key ? "" : ", ", quoted(connection_, c.name), c.type, key ? " PRIMARY KEY" : "");
    }
    KENKO_TRY_STATUS(execute("SET LOCAL client_min_messages = warning"));
    KENKO_TRY_STATUS(execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table, columns)));
    for (const Column& c : target_.columns) {
      KENKO_TRY_STATUS(execute(
          fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}", table, quoted(connection_, c.name), c.type)));
    }
    return Done{};
  }

  Status prepare() {
    std::string names, values, updates;
    for (size_t i = 0; i < target_.columns.size(); ++i) {
      const std::string name = quoted(connection_, target_.columns[i].name);
      names += (i == 0 ? "" : ", ") + name;
      values += fmt::format("{}${}::text::{}", i == 0 ? "" : ", ", i + 1, target_.columns[i].type);
      if (i > 0) updates += fmt::format("{}{} = EXCLUDED.{}", i == 1 ? "" : ", ", name, name);
    }
    const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
                                        quoted_table(connection_, target_.table), names, values,
                                        quoted(connection_, target_.columns[0].name), updates);
    const Answer answer(PQprepare(connection_, "put", sql.c_str(), 0, nullptr), &PQclear);
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failed(PQerrorMessage(connection_), target_.table);
    return Done{};
  }

  Status put(const Row& row) {
    KENKO_CHECK(row.size() == target_.columns.size(), "{} cells for {} columns", row.size(), target_.columns.size());
    std::vector<const char*> cells;
    for (const auto& cell : row) cells.push_back(cell ? cell->c_str() : nullptr);
    const Answer answer(
        PQexecPrepared(connection_, "put", static_cast<int>(cells.size()), cells.data(), nullptr, nullptr, 0),
        &PQclear);
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failed(PQerrorMessage(connection_), target_.table);
    return Done{};
  }

  PGconn* connection_;
  const Target& target_;
};

}  // namespace

Status upsert(const Target& target, const std::vector<Row>& rows) {
  const char* const names[] = {"dbname", "connect_timeout", "application_name", "client_encoding", nullptr};
  const char* const values[] = {target.url.c_str(), kTimeoutSeconds, "kenko", "UTF8", nullptr};
  const Connection connection(PQconnectdbParams(names, values, 1), &PQfinish);
  if (!connection || PQstatus(connection.get()) != CONNECTION_OK) return unreachable(target.table);
  return Writing(connection.get(), target).run(rows);
}

}  // namespace kenko::pg
