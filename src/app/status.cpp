#include "app/status.h"

#include <algorithm>
#include <map>
#include <set>

#include "app/clock.h"
#include "app/due_input.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "engine/hierarchy.h"
#include "segments/reader.h"

namespace kenko::app {
namespace {

struct SourceEvents {
  int64_t events = 0;
  Day first = Day::kMax, last = Day::kMin;
};

std::vector<SourceStatus> list_sources(const facts::Portfolio& portfolio) {
  std::vector<SourceEvents> by_code(portfolio.texts.size() + 1);
  for (const facts::RowRange& rows : portfolio.events_of) {
    for (uint64_t i = rows.begin; i < rows.end; ++i) {
      SourceEvents& source = by_code[portfolio.events.source[i]];
      const Day day{portfolio.events.day[i]};
      ++source.events;
      source.first = std::min(source.first, day);
      source.last = std::max(source.last, day);
    }
  }
  std::map<std::string, SourceStatus, std::less<>> found;
  for (uint32_t code = 1; code < by_code.size(); ++code) {
    if (by_code[code].events == 0) continue;
    SourceStatus& status = found[std::string(portfolio.texts.text(code))];
    status.events = by_code[code].events;
    status.first_day = by_code[code].first;
    status.last_day = by_code[code].last;
  }
  for (const facts::Unmatched& unmatched : portfolio.unmatched) {
    SourceStatus& status = found[unmatched.source];
    status.events += unmatched.events;
    status.unmatched += unmatched.events;
  }
  std::vector<SourceStatus> list;
  for (const facts::SourceSettings& settings : portfolio.settings.sources) {
    list.push_back(std::move(found[settings.name]));
    list.back().settings = settings;
    found.erase(settings.name);
  }
  for (auto& [name, status] : found) {
    status.settings.name = name;
    status.in_settings = false;
    list.push_back(std::move(status));
  }
  return list;
}

std::vector<facts::Unmatched> first_unmatched(const std::vector<facts::Unmatched>& all) {
  constexpr int kMost = 20;
  std::map<std::string_view, int> taken;
  std::vector<facts::Unmatched> list;
  for (const facts::Unmatched& unmatched : all) {
    if (taken[unmatched.source]++ < kMost) list.push_back(unmatched);
  }
  return list;
}

Status read_state(state::Database& database, StatusReport& report) {
  constexpr int64_t kImports = 10;
  KENKO_TRY(report.facts, database.counts());
  KENKO_TRY(report.imports, database.imports(kImports));
  KENKO_TRY(ports::Snapshot snapshot, database.snapshot());
  report.segments = std::move(snapshot.segments);
  KENKO_TRY(const std::vector<state::Reject> rejects, database.rejects());
  KENKO_TRY(const std::vector<state::Entry> entries, database.entries());
  report.entered = std::count_if(entries.begin(), entries.end(), [](const state::Entry& e) {
    return e.kind != state::Entry::Kind::undo && e.counts();
  });
  std::map<std::string, std::set<Hash128>> records;
  for (const state::Reject& reject : rejects) records[reject.code].insert(reject.record);
  for (const auto& [code, of_code] : records) report.rejects.emplace_back(code, static_cast<int64_t>(of_code.size()));
  std::stable_sort(report.rejects.begin(), report.rejects.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return Done{};
}

void find_orphans(const Scoring& scoring, ModelStatus& out) {
  const engine::Hierarchy hierarchy(scoring.engine(), scoring.as_of(), {}, scoring.threads(), {});
  constexpr size_t kExamples = 3;
  for (const engine::Orphan& orphan : hierarchy.orphans()) {
    if (orphan.last < scoring.as_of()) continue;  // mended since
    ++(orphan.on_cycle ? out.cycles : out.orphans);
    if (out.examples.size() < kExamples)
      out.examples.push_back(scoring.portfolio().accounts[orphan.account] + " -> " + orphan.parent);
  }
}

// What the active model sees; its problems belong to `kenko model check`, so here they are one sentence.
std::optional<ModelStatus> read_model_status(const Workspace& workspace, Instant now, StatusReport& report) {
  if (workspace.settings.model.empty()) return std::nullopt;
  ModelStatus out;
  out.model = workspace.settings.model;
  const auto scoring = Scoring::open(workspace, {}, now);
  if (!scoring) {
    if (scoring.problems().front().code == "no-facts") return std::nullopt;
    out.problem = scoring.problems().front().message;
    return out;
  }
  const Scoring& s = **scoring;
  report.overdue = overdue_sources(s.portfolio(), &s.plan(), report.closed);
  find_orphans(s, out);
  const auto due = find_due_input(s, "");
  if (due) out.due_inputs = static_cast<int64_t>(due->rows.size());
  return out;
}

}  // namespace

Result<StatusReport> read_status(const Workspace& workspace, const ports::Clock& clock) {
  StatusReport report;
  report.dir = workspace.dir;
  report.company = workspace.settings.company;
  KENKO_TRY(auto database, open_state(workspace.dir));
  facts::Portfolio portfolio;
  portfolio.settings = workspace.settings;
  if (database) {
    KENKO_TRY_STATUS(read_state(*database, report));
    KENKO_TRY(portfolio, load_portfolio(workspace.dir, *database, workspace.settings));
  }
  KENKO_TRY(report.storage, read_storage(workspace.dir));
  report.accounts = static_cast<int64_t>(portfolio.accounts.size());
  report.users = portfolio.users_in_use;
  report.events = static_cast<int64_t>(portfolio.event_count());
  report.no_rate_events = portfolio.no_rate_events;
  report.sources = list_sources(portfolio);
  report.unmatched = first_unmatched(portfolio.unmatched);
  report.newest_day = portfolio.newest_day;
  report.as_of = default_as_of(clock.now(), workspace.settings, portfolio.newest_day);
  report.closed = last_closed_day(clock.now(), workspace.settings);
  report.overdue = overdue_sources(portfolio, nullptr, report.closed);
  report.active = read_model_status(workspace, clock.now(), report);
  return report;
}

Result<Hash128> read_digest(const Workspace& workspace) {
  KENKO_TRY(auto database, open_state(workspace.dir));
  ports::StoredFacts stored;
  if (database) {
    KENKO_TRY(stored, database->load_facts());
  }
  KENKO_TRY(const Hash128 events,
            segments::events_digest(workspace.dir, stored.snapshot.segments, stored.facts.events));
  return PartsHash().add(events.hex()).add(state::facts_digest(stored.facts).hex()).hash();
}

}  // namespace kenko::app
