#include "app/published.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "app/account_search.h"
#include "app/portfolio.h"
#include "base/text.h"
#include "duck/connection.h"
#include "ports/files.h"
#include "state/database.h"

namespace kenko::app {
namespace {

// The columns that every published row has, in the order of a file of a close.  Those that a publication leaves out are
// null in its rows.
constexpr std::array<std::string_view, 44> kColumns{"account",
                                                    "day",
                                                    "kind",
                                                    "revision",
                                                    "known_at",
                                                    "model",
                                                    "model_fingerprint",
                                                    "state",
                                                    "status",
                                                    "score",
                                                    "band",
                                                    "coverage",
                                                    "computed",
                                                    "rolled_up",
                                                    "hierarchy",
                                                    "triggers",
                                                    "cap",
                                                    "silence",
                                                    "override",
                                                    "segment",
                                                    "stage",
                                                    "active_triggers",
                                                    "capped_by",
                                                    "override_kind",
                                                    "override_value",
                                                    "owner",
                                                    "arr",
                                                    "renewal",
                                                    "stale_sources",
                                                    "change",
                                                    "change.data",
                                                    "change.time",
                                                    "change.behaviour",
                                                    "change.membership",
                                                    "change.model",
                                                    "change.trigger",
                                                    "change.override",
                                                    "top_parent",
                                                    "name",
                                                    "territory",
                                                    "touch",
                                                    "reason",
                                                    "chance",
                                                    "expected_loss"};

struct File {
  std::string path;
  Instant said;       // when: the order of reading
  std::string where;  // which of its rows
};

std::string day_text(Day day) { return fmt::format("DATE '{}'", day.iso()); }

// The files that hold what is asked for.  Of each day the rows of its close were said first; without one, those of the
// first publication that reaches it.
std::vector<File> files_of(const Workspace& workspace, const PublishedRequest& request,
                           const std::vector<state::ClosedDay>& closed,
                           const std::vector<state::Publication>& publications) {
  std::vector<File> out;
  std::string covered = "false";
  if (!closed.empty())
    covered = fmt::format("day BETWEEN {} AND {}", day_text(closed.front().day), day_text(closed.back().day));
  for (const state::ClosedDay& day : closed) {
    if (day.scores_file.empty()) continue;
    if (!request.revisions && ((request.from && day.day < *request.from) || (request.to && day.day > *request.to)))
      continue;
    out.push_back({workspace.path(day.scores_file), day.known_until, request.revisions ? "true" : "kind = 'close'"});
  }
  for (const state::Publication& p : publications) {
    if (p.scores_file.empty()) continue;
    out.push_back({workspace.path(p.scores_file), p.at, request.revisions ? "true" : fmt::format("NOT ({})", covered)});
    covered += fmt::format(" OR day BETWEEN {} AND {}", day_text(*p.first_day), day_text(*p.last_day));
  }
  std::stable_sort(out.begin(), out.end(), [](const File& a, const File& b) { return a.said < b.said; });
  return out;
}

std::string list_of(const std::vector<File>& files) {
  std::string out;
  for (const File& f : files) out += (out.empty() ? "[" : ", ") + duck::sql_path(f.path);
  return out + "]";
}

// A query over all files: its columns, and the SELECT that gives their rows.
class Query {
 public:
  // Problems: a file that is missing or damaged.
  static Result<Query> prepare(const Workspace& workspace, const PublishedRequest& request) {
    Query out;
    std::vector<state::ClosedDay> closed;
    std::vector<state::Publication> publications;
    KENKO_TRY(auto state, open_state(workspace.dir));
    if (state) {
      KENKO_TRY(closed, state->closed_days());
      KENKO_TRY(publications, state->publications());
    }
    const auto with_rows = [](const auto& files) {
      return std::any_of(files.begin(), files.end(), [](const auto& f) { return !f.scores_file.empty(); });
    };
    if (!with_rows(closed) && !with_rows(publications)) {
      return Problem{"not-published",
                     {},
                     "no score history was published yet",
                     "kenko close, or kenko model publish --reason TEXT",
                     "",
                     Severity::error};
    }
    PublishedRequest everything;
    everything.revisions = true;
    const std::vector<File> all = files_of(workspace, everything, closed, publications);
    for (const File& file : all) KENKO_TRY_STATUS(ports::MappedFile::open(file.path));
    KENKO_TRY(out.duck_, duck::Connection::open());
    KENKO_TRY_STATUS(out.describe(all));
    KENKO_TRY(const std::string accounts, out.account_clause(workspace, request, all));
    out.files_ = files_of(workspace, request, closed, publications);
    out.where_ = accounts;
    if (request.from) out.where_ += " AND day >= " + day_text(*request.from);
    if (request.to) out.where_ += " AND day <= " + day_text(*request.to);
    return out;
  }

  [[nodiscard]] const std::vector<PublishedColumn>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<File>& files() const { return files_; }
  duck::Connection& connection() { return *duck_; }

  // `as_text`: every cell as the text that people read.
  [[nodiscard]] Result<std::string> select(const File& file, bool as_text) {
    std::map<std::string, std::string> there;
    KENKO_TRY_STATUS(types_of(duck::sql_path(file.path), there));
    std::string out;
    for (const PublishedColumn& c : columns_) {
      const std::string name = duck::sql_name(c.name);
      const std::string value = there.contains(c.name) ? fmt::format("{}::{}", name, types_[c.name])
                                                       : fmt::format("NULL::{}", types_[c.name]);
      out += fmt::format("{}{} AS {}", out.empty() ? "SELECT " : ", ", as_text ? text_of(c.name, value) : value, name);
    }
    return fmt::format("{} FROM read_parquet({}) WHERE ({}){}", out, duck::sql_path(file.path), file.where, where_);
  }

 private:
  // Names and types of the columns of a file or a list of files, in its order.
  Status types_of(const std::string& files, std::map<std::string, std::string>& types,
                  std::vector<std::string>* order = nullptr) {
    KENKO_TRY(duck::Rows rows,
              duck_->query(fmt::format("DESCRIBE SELECT * FROM read_parquet({}, union_by_name = true)", files)));
    while (true) {
      KENKO_TRY(const duck::Chunk chunk, rows.next());
      if (chunk.size() == 0) return Done{};
      for (size_t i = 0; i < chunk.size(); ++i) {
        types[std::string(chunk.text(0, i))] = std::string(chunk.text(1, i));
        if (order != nullptr) order->emplace_back(chunk.text(0, i));
      }
    }
  }

  Status describe(const std::vector<File>& all) {
    std::vector<std::string> found;
    KENKO_TRY_STATUS(types_of(list_of(all), types_, &found));
    for (const std::string_view name : kColumns) {
      if (types_.contains(std::string(name))) columns_.push_back({std::string(name), false});
    }
    std::sort(found.begin(), found.end());
    for (const std::string& name : found) {  // the dimensions and conditions of all models
      if (std::find(kColumns.begin(), kColumns.end(), name) == kColumns.end()) columns_.push_back({name, false});
    }
    for (PublishedColumn& c : columns_) {
      const std::string& type = types_[c.name];
      c.number = type == "INTEGER" || type.starts_with("DECIMAL");
    }
    return Done{};
  }

  // Scores have two places, shares and amounts six.
  [[nodiscard]] std::string text_of(const std::string& name, const std::string& value) {
    if (types_[name] == "TIMESTAMP") return fmt::format("strftime({}, '%Y-%m-%dT%H:%M:%SZ')", value);
    const bool six = name == "coverage" || name == "arr" || name == "chance" || name == "expected_loss" ||
                     name.starts_with("dimension.");
    if (types_[name].starts_with("DECIMAL") && !six) return fmt::format("({})::DECIMAL(18, 2)::VARCHAR", value);
    return fmt::format("({})::VARCHAR", value);
  }

  // An id that only published rows know is fine, too.
  Result<std::string> account_clause(const Workspace& workspace, const PublishedRequest& request,
                                     const std::vector<File>& all) {
    if (request.accounts.empty()) return std::string();
    std::vector<std::string> ids;
    Problems problems;
    KENKO_TRY(auto state, open_state(workspace.dir));
    KENKO_TRY(const facts::Portfolio portfolio, load_portfolio(workspace.dir, *state, workspace.settings));
    for (const std::string& wanted : request.accounts) {
      const auto found = find_account(portfolio, wanted);
      if (found) {
        ids.push_back(duck::sql_text(portfolio.accounts[*found]));
        continue;
      }
      KENKO_TRY(const bool said, has_rows(all, wanted));
      if (said) {
        ids.push_back(duck::sql_text(wanted));
      } else {
        problems.insert(problems.end(), found.problems().begin(), found.problems().end());
      }
    }
    if (!problems.empty()) return problems;
    return fmt::format(" AND account IN ({})", text::join(ids, ", "));
  }

  Result<bool> has_rows(const std::vector<File>& files, const std::string& account) {
    KENKO_TRY(duck::Rows rows, duck_->query(fmt::format(
                                   "SELECT 1 FROM read_parquet({}, union_by_name = true) WHERE account = {} LIMIT 1",
                                   list_of(files), duck::sql_text(account))));
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    return chunk.size() > 0;
  }

  std::optional<duck::Connection> duck_;
  std::vector<PublishedColumn> columns_;
  std::map<std::string, std::string> types_;  // SQL types by column
  std::vector<File> files_;
  std::string where_;
};

}  // namespace

Status read_published_history(const Workspace& workspace, const PublishedRequest& request, const PublishedSink& sink) {
  KENKO_TRY(Query query, Query::prepare(workspace, request));
  sink.header(query.columns());
  std::vector<std::optional<std::string_view>> cells(query.columns().size());
  for (const File& file : query.files()) {
    KENKO_TRY(const std::string select, query.select(file, true));
    KENKO_TRY(duck::Rows rows, query.connection().query(select));
    while (true) {
      KENKO_TRY(const duck::Chunk chunk, rows.next());
      if (chunk.size() == 0) break;
      for (size_t i = 0; i < chunk.size(); ++i) {
        for (size_t c = 0; c < cells.size(); ++c)
          cells[c] = chunk.valid(c, i) ? std::optional(chunk.text(c, i)) : std::nullopt;
        KENKO_TRY_STATUS(sink.row(cells));
      }
    }
  }
  return Done{};
}

Status copy_published_history(const Workspace& workspace, const PublishedRequest& request, const std::string& path) {
  KENKO_TRY(Query query, Query::prepare(workspace, request));
  std::string all;
  for (const File& file : query.files()) {
    KENKO_TRY(const std::string select, query.select(file, false));
    all += (all.empty() ? "" : " UNION ALL ") + select;
  }
  return query.connection().copy_to_parquet(all, path);
}

}  // namespace kenko::app
