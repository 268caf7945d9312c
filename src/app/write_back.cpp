#include "app/write_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "app/published_days.h"
#include "base/hash.h"
#include "base/text.h"
#include "duck/connection.h"
#include "pg/upsert.h"
#include "ports/files.h"
#include "state/database.h"
#include "state/write_lock.h"
#include "tree/reader.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

const std::vector<pg::Column>& columns() {
  static const std::vector<pg::Column> kColumns{{"id", "text"},     {"account", "text"},       {"name", "text"},
                                                {"day", "date"},    {"score", "numeric(5,2)"}, {"band", "text"},
                                                {"status", "text"}, {"state", "text"},         {"reason", "text"}};
  return kColumns;
}
constexpr size_t kDay = 3;  // the day alone is no change

std::optional<std::string> maybe(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

// Ids of accounts in a source on a day: their own in one that defines them, else what identities say.
std::multimap<std::string, std::string> ids_of(const std::string& source, bool defines, Day day,
                                               const facts::FactSet& facts, const alerts::ClosedDay& rows) {
  std::multimap<std::string, std::string> out;
  if (defines) {
    for (const alerts::AccountDay& row : rows.accounts) out.emplace(rows.text(row.account), rows.text(row.account));
    return out;
  }
  std::map<std::string, const facts::IdentityFact*> newest;  // by external id
  for (const facts::IdentityFact& f : facts.identities) {
    if (f.kind != facts::EntityKind::account || f.source != source) continue;
    if (f.valid_from && *f.valid_from > day) continue;
    const facts::IdentityFact*& best = newest[f.external_id];
    const auto order = [](const facts::IdentityFact& x) {
      return std::pair(x.valid_from.value_or(Day::kMin), x.recorded.seq);
    };
    if (best == nullptr || order(*best) < order(f)) best = &f;
  }
  for (const auto& [external, fact] : newest) out.emplace(fact->id, external);
  return out;
}

Hash128 content_of(const pg::Row& row) {
  PartsHash hash;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i == kDay) continue;
    if (row[i]) {
      hash.add(*row[i]);
    } else {
      hash.absent();
    }
  }
  return hash.hash();
}

Status write_file(const std::string& path, const std::vector<pg::Row>& rows) {
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  KENKO_TRY(duck::Connection connection, duck::Connection::open());
  duck::Table table;
  table.rows = rows.size();
  for (size_t c = 0; c < columns().size(); ++c) {
    table.columns.push_back(duck::text_column(columns()[c].name, [&rows, c](uint64_t r) {
      return rows[r][c] ? std::string_view(*rows[r][c]) : std::string_view();
    }));
  }
  KENKO_TRY_STATUS(connection.register_table("rows", std::move(table)));
  std::string select;
  for (const pg::Column& c : columns()) {
    const bool number = c.type.starts_with("numeric");
    select += fmt::format("{}nullif({}, '')::{} AS {}", select.empty() ? "SELECT " : ", ", duck::sql_name(c.name),
                          number             ? "DECIMAL(5,2)"
                          : c.type == "date" ? "DATE"
                                             : "VARCHAR",
                          duck::sql_name(c.name));
  }
  select += " FROM \"rows\"";
  return path.ends_with(".csv") ? connection.copy_to_csv(select, path) : connection.copy_to_parquet(select, path);
}

// out/scores.csv on a day -> out/scores-2026-11-20.csv
std::string dated(const std::string& file, Day day) {
  const size_t dot = file.rfind('.');
  return fmt::format("{}-{}{}", file.substr(0, dot), day.iso(), file.substr(dot));
}

class Writing {
 public:
  Writing(const Workspace& workspace, state::Database& database, const notify::SecretSource& secrets, bool dry_run)
      : workspace_(workspace), database_(database), secrets_(secrets), dry_run_(dry_run) {}

  Result<std::vector<WriteBackLine>> run(const std::vector<WriteBackTarget>& targets) {
    KENKO_TRY(const auto closed, database_.closed_days());
    if (closed.empty())
      return Problem{"not-published", {}, "no day was closed yet", "kenko close, or kenko daily", "", Severity::error};
    KENKO_TRY_STATUS(read_published_days(workspace_, database_, std::span(&closed.back(), 1), texts_,
                                         [this](const alerts::ClosedDay& day) -> Status {
                                           day_ = day;
                                           return Done{};
                                         }));
    KENKO_TRY(facts_, load());
    std::vector<WriteBackLine> out;
    for (const WriteBackTarget& target : targets) {
      KENKO_TRY(WriteBackLine line, one(target));
      out.push_back(std::move(line));
    }
    return out;
  }

 private:
  Result<facts::FactSet> load() {
    KENKO_TRY(ports::StoredFacts stored, database_.load_facts());
    return std::move(stored.facts);
  }

  Result<WriteBackLine> one(const WriteBackTarget& target) {
    WriteBackLine line;
    line.target = target.name;
    line.to = target.file.empty() ? target.table : dated(target.file, day_.day);
    KENKO_TRY(auto written, database_.written_back(target.name));
    std::vector<pg::Row> rows;
    std::map<std::string, Hash128> contents;
    const bool defines = defines_accounts(target.source);
    const auto ids = ids_of(target.source, defines, day_.day, facts_, day_);
    for (const alerts::AccountDay& account : day_.accounts) {
      const std::string id(day_.text(account.account));
      const auto [first, last] = ids.equal_range(id);
      if (first == last) ++line.nameless;
      for (auto it = first; it != last; ++it) {
        pg::Row row = row_of(it->second, account);
        const Hash128 content = content_of(row);
        const auto before = written.find(it->second);
        if (before != written.end() && before->second == content) {
          ++line.unchanged;
          continue;
        }
        contents[it->second] = content;
        rows.push_back(std::move(row));
      }
    }
    line.rows = std::ssize(rows);
    if (rows.empty() || dry_run_) return line;
    if (const Status put = write(target, line.to, rows); !put) {
      line.problems = put.problems();
      line.rows = 0;
      return line;
    }
    KENKO_TRY_STATUS(database_.keep_written_back(target.name, contents));
    return line;
  }

  Status write(const WriteBackTarget& target, const std::string& to, const std::vector<pg::Row>& rows) {
    if (!target.file.empty()) return write_file(fs::path(to).is_absolute() ? to : workspace_.path(to), rows);
    KENKO_TRY(const std::string url, notify::read_secret(target.url, secrets_));
    return pg::upsert({url, target.table, columns()}, rows);
  }

  [[nodiscard]] bool defines_accounts(const std::string& source) const {
    const auto& all = workspace_.settings.sources;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == source; });
    return found != all.end() && found->accounts == facts::AccountIds::defines;
  }

  [[nodiscard]] pg::Row row_of(const std::string& id, const alerts::AccountDay& a) const {
    return {id,
            maybe(day_.text(a.account)),
            maybe(day_.text(a.name)),
            day_.day.iso(),
            a.score == alerts::kNone ? std::nullopt : maybe(report_number(a.score)),
            maybe(day_.text(a.band)),
            maybe(day_.text(a.status)),
            maybe(day_.text(a.state)),
            maybe(day_.text(a.reason))};
  }
  static std::string report_number(int32_t hundredths) {
    return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
  }

  const Workspace& workspace_;
  state::Database& database_;
  const notify::SecretSource& secrets_;
  bool dry_run_;
  facts::Dictionary texts_;
  alerts::ClosedDay day_;
  facts::FactSet facts_;
};

}  // namespace

Result<std::vector<WriteBackTarget>> read_write_back(const Workspace& workspace) {
  std::vector<WriteBackTarget> out;
  if (!ports::file_exists(workspace.path(kWriteBackFile))) return out;
  KENKO_TRY(const std::string text, ports::read_file(workspace.path(kWriteBackFile)));
  Problems problems;
  const auto tree = tree::Tree::parse(text, kWriteBackFile, problems);
  if (!tree) return problems;
  std::vector<std::string> sources;
  for (const auto& s : workspace.settings.sources) sources.push_back(s.name);
  tree::Reader top(*tree, tree->root(), problems);
  const auto version = top.integer("kenko", 1, INT64_MAX, tree::Need::required);
  if (version && *version != 1)
    top.add("kenko", "unknown-version", fmt::format("format {} is not known", *version), "this version reads 1");
  top.each(
      "write_back", "target",
      [&](const tree::Node& name, tree::Reader& entry) {
        WriteBackTarget target;
        target.name = name.text;
        target.source = entry.text("source", tree::Need::required).value_or("");
        if (!target.source.empty() && std::find(sources.begin(), sources.end(), target.source) == sources.end())
          entry.add("source", "unknown-source", fmt::format("there is no source `{}`", target.source),
                    text::did_you_mean(target.source, sources));
        target.file = entry.text("file").value_or("");
        target.table = entry.text("table").value_or("");
        if (target.file.empty() == target.table.empty())
          entry.add("file", "bad-target", "a target has either a `file` or a `table`",
                    "file: out/scores.csv, or table: kenko_scores with url_env: KENKO_POSTGRES");
        if (!target.file.empty() && !target.file.ends_with(".csv") && !target.file.ends_with(".parquet"))
          entry.add("file", "bad-target", "the file ends with .csv or .parquet");
        const auto variable = entry.text("url_env"), file = entry.text("url_file");
        if (variable) target.url = {notify::SecretPlace::Kind::environment, *variable};
        if (file) target.url = {notify::SecretPlace::Kind::file, *file};
        if (!target.table.empty() && variable.has_value() == file.has_value())
          entry.add("url_env", "bad-target", "a table needs either `url_env` or `url_file`: where the address stands",
                    "url_env: KENKO_POSTGRES, and KENKO_POSTGRES=postgresql://user:password@host/database");
        entry.finish();
        out.push_back(std::move(target));
      },
      tree::Need::required);
  top.finish();
  if (has_errors(problems)) return problems;
  return out;
}

Result<std::vector<WriteBackLine>> write_back(const Workspace& opened, const notify::SecretSource& secrets,
                                              bool dry_run) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));
  KENKO_TRY(const auto targets, read_write_back(workspace));
  if (targets.empty()) return std::vector<WriteBackLine>{};
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  return Writing(workspace, database, secrets, dry_run).run(targets);
}

}  // namespace kenko::app
