// The same history by others, in the same run, cell by cell equal: DuckDB with the SQL that Kenko generates, DuckDB
// with SQL written by hand, and what is in bench/peers/*.py.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/history_export.h"
#include "app/scoring.h"
#include "app/workspace.h"
#include "duck/connection.h"
#include "options.h"
#include "ports/clock.h"
#include "ports/files.h"
#include "sql/history.h"
#include "verify/load_portfolio.h"

namespace kenko::bench {
namespace {

using duck::Connection;

constexpr const char* kGroup = "peers";
constexpr const char* kMetrics[] = {"logins", "active_days", "active_users", "reach", "breadth", "momentum",
                                    "trend",  "recency",     "tickets",      "nps",   "paid",    "workflows"};

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

struct Files {
  std::string events, ours, theirs;
};

// Kenko's cells, and the facts in the form that suits the peers.
Status prepare(const Options& options, const app::Scoring& scoring, const Files& files) {
  app::HistoryRequest request;
  request.to = scoring.as_of();
  request.with_metrics = true;
  const auto written = app::write_history(scoring.engine(), request, options.threads, files.ours);
  if (!written.ok()) return written.problems();
  if (std::filesystem::exists(files.events)) return Done{};
  KENKO_TRY(std::string sql, ports::read_file(options.peers_dir + "/prepare.sql"));
  replace_all(sql, ":events", duck::sql_text(options.company_dir() + "/events/[0-9]*.parquet"));
  replace_all(sql, ":out", duck::sql_text(files.events + ".tmp"));
  KENKO_TRY(Connection connection, Connection::open());
  KENKO_TRY_STATUS(connection.execute(sql));
  std::filesystem::rename(files.events + ".tmp", files.events);
  return Done{};
}

// Counts rows of the relation `theirs` that are not in ours or have another cell.  Its columns: account (position), day
// (number), metric_*, score (hundredths), band, dimension_* (millionths); decays within 1e-9 and
// their dimension within a millionth of a point, everything else exactly.
Status compare(Connection& connection, const Files& files, const std::string& theirs, const std::string& who,
               Figures& figures) {
  std::string differs;
  for (const char* m : kMetrics) {
    const bool decay = std::string_view(m) == "momentum";
    const std::string near = fmt::format("abs(o.\"metric.{0}\" - t.{0}) <= 1e-9 * abs(o.\"metric.{0}\")", m);
    differs += fmt::format(" OR o.\"metric.{0}\" IS DISTINCT FROM t.{0}{1}", m,
                           decay ? fmt::format(" AND ({}) IS NOT TRUE", near) : "");
  }
  for (const char* d : {"product", "relationship", "business"}) {
    const std::string ours = fmt::format("(o.\"dimension.{}\" * 1000000)::BIGINT", d);
    differs += fmt::format(" OR {} IS DISTINCT FROM t.dimension_{}::BIGINT", ours, d);
    // A decay that is off in its last bits can tip the rounding of the dimension it is in.
    if (std::string_view(d) == "product")
      differs += fmt::format(" AND (abs({} - t.dimension_{}) <= 1) IS NOT TRUE", ours, d);
  }
  const std::string sql = fmt::format(
      "SELECT (count(*) FILTER (o.day IS NULL OR t.day IS NULL OR (o.score * 100)::BIGINT IS DISTINCT FROM "
      "t.score::BIGINT OR o.band IS DISTINCT FROM t.band{}))::BIGINT, count(*)::BIGINT\n"
      "FROM (SELECT *, (day - DATE '1970-01-01')::INTEGER AS number FROM read_parquet({})) o\n"
      "JOIN (SELECT account, (row_number() OVER (ORDER BY account) - 1)::INTEGER AS code FROM (SELECT DISTINCT account "
      "FROM read_parquet({}))) a ON a.account = o.account\n"
      "FULL JOIN ({}) t ON t.account = a.code AND t.day = o.number",
      differs, duck::sql_text(files.ours), duck::sql_text(files.ours), theirs);
  KENKO_TRY(duck::Rows rows, connection.query(sql));
  KENKO_TRY(const duck::Chunk chunk, rows.next());
  const int64_t wrong = chunk.data<int64_t>(0)[0], all = chunk.data<int64_t>(1)[0];
  figures.add(kGroup, who + ": rows with another cell", "rows", static_cast<double>(wrong), fmt::format("of {}", all));
  if (wrong == 0) return Done{};
  return Problem{"bench-peers", {}, fmt::format("{} rows of {} differ from ours", wrong, who), "", "", Severity::error};
}

Status run_generated(const Options& options, const app::Scoring& scoring, const Files& files, Figures& figures) {
  KENKO_TRY(Connection connection, Connection::open({.threads = options.threads, .keep_order = false}));
  Result<verify::LoadedPortfolio> loaded = verify::LoadedPortfolio{};
  const double load = seconds_of(
      [&] { loaded = verify::load_portfolio(connection, scoring.plan(), scoring.portfolio(), scoring.as_of()); });
  if (!loaded.ok()) return loaded.problems();
  const std::string query = sql::history_sql(scoring.plan(), sql::duckdb(), loaded->options(false));
  KENKO_TRY_STATUS(ports::write_file(options.dir + "/generated.sql", {query}));
  Status status = Done{};
  const double computed = seconds_of([&] { status = connection.execute("CREATE TABLE history AS " + query); });
  KENKO_TRY_STATUS(status);
  figures.add(kGroup, "DuckDB, generated SQL: load", "s", load, "from memory");
  figures.add(kGroup, "DuckDB, generated SQL: compute", "s", computed);
  std::string columns;
  for (size_t m = 0; m < scoring.plan().metrics.size(); ++m)
    columns += fmt::format(", value_{} AS {}", m, scoring.plan().metrics[m].name);
  for (size_t d = 0; d < scoring.plan().dimensions.size(); ++d)
    columns += fmt::format(", dimension_{} AS dimension_{}", d, scoring.plan().dimensions[d].name);
  std::string bands;
  for (size_t b = 0; b < scoring.plan().bands.size(); ++b)
    bands += fmt::format(" WHEN {} THEN '{}'", b, scoring.plan().bands[b].name);
  return compare(connection, files,
                 fmt::format("SELECT account, day, score, CASE band{} END AS band{} FROM history", bands, columns),
                 "DuckDB, generated SQL", figures);
}

Status run_by_hand(const Options& options, const Files& files, Figures& figures) {
  KENKO_TRY(std::string sql, ports::read_file(options.peers_dir + "/duckdb_best.sql"));
  replace_all(sql, ":until", fmt::format("{}", options.shape.last_day().number));
  KENKO_TRY(Connection connection, Connection::open({.threads = options.threads, .keep_order = false}));
  Status status = Done{};
  const auto timed = [&](const std::string& name, const std::string& text) {
    const double seconds = seconds_of([&] { status = connection.execute(text); });
    figures.add(kGroup, "DuckDB, SQL by hand: " + name, "s", seconds);
    return seconds;
  };
  double all = timed("load", fmt::format("CREATE TABLE event AS SELECT * REPLACE (day::INTEGER AS day) FROM "
                                         "read_parquet({})",
                                         duck::sql_text(files.events)));
  KENKO_TRY_STATUS(status);
  all += timed("compute", sql);
  KENKO_TRY_STATUS(status);
  all += timed("write", fmt::format("COPY score TO {} (FORMAT parquet)", duck::sql_text(files.theirs)));
  KENKO_TRY_STATUS(status);
  figures.add(kGroup, "DuckDB, SQL by hand: together", "s", all);
  return compare(connection, files,
                 "SELECT value.*, score, band, product AS dimension_product, relationship AS dimension_relationship, "
                 "business AS dimension_business FROM value JOIN score USING (account, day)",
                 "DuckDB, SQL by hand", figures);
}

// A peer in Python writes its cells where it is told and prints {"load": s, "compute": s, "write": s}.
Status run_python(const Options& options, const std::string& name, const Files& files, Figures& figures) {
  const ChildResult child =
      run_child({options.python, fmt::format("{}/{}_peer.py", options.peers_dir, name), files.events, files.theirs,
                 fmt::format("{}", options.shape.last_day().number), fmt::format("{}", options.threads)});
  if (!child.good) {
    fmt::print(stderr, "{} is not installed, or failed\n", name);
    return Done{};
  }
  Figures theirs;
  theirs.add_json_lines(child.output);
  for (Figure f : theirs.all()) {
    f.group = kGroup;
    figures.add(std::move(f));
  }
  figures.add(kGroup, name + ": peak memory", "MB", child.peak_megabytes);
  KENKO_TRY(Connection connection, Connection::open({.threads = options.threads, .keep_order = false}));
  return compare(connection, files, fmt::format("SELECT * FROM read_parquet({})", duck::sql_text(files.theirs)), name,
                 figures);
}

}  // namespace

Status bench_peers(const Options& options, Figures& figures) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(options.company_dir()));
  app::ScoringRequest request;
  request.as_of = options.shape.last_day();
  request.threads = options.threads;
  const Files files{options.company_dir() + "/peer-events.parquet", options.company_dir() + "/ours.parquet",
                    options.company_dir() + "/theirs.parquet"};
  {
    KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, ports::SystemClock().now()));
    KENKO_TRY_STATUS(prepare(options, *scoring, files));
    KENKO_TRY_STATUS(run_generated(options, *scoring, files, figures));
  }
  KENKO_TRY_STATUS(run_by_hand(options, files, figures));
  if (options.python.empty()) {
    fmt::print(stderr, "Polars and pandas are left out: scripts/bench sets them up (--python)\n");
    return Done{};
  }
  for (const char* name : {"polars", "pandas"}) KENKO_TRY_STATUS(run_python(options, name, files, figures));
  return Done{};
}

}  // namespace kenko::bench
