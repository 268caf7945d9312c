#include "app/close.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/acting_rules.h"
#include "app/clock.h"
#include "app/day_closer.h"
#include "app/finish_killed.h"
#include "app/portfolio.h"
#include "app/scores_folder.h"
#include "app/scoring.h"
#include "app/stopwatch.h"
#include "base/threads.h"
#include "duck/connection.h"
#include "engine/peers.h"
#include "model/load.h"
#include "plan/lower.h"
#include "ports/files.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

using state::ClosedDay;

Problem problem_of(const char* code, std::string message, std::string hint) {
  return {code, {}, std::move(message), std::move(hint), "", Severity::error};
}

// A model that said days, and the days it said.
struct Said {
  std::vector<LoadedModel> models;  // the first is the one in force
  std::vector<std::string> names;
  std::vector<int> by_day;
  int64_t lost = 0;  // days
};

// The models of closed days, as they were then.  A model that means something else with the settings of today is lost.
Result<Said> load_said(const Workspace& workspace, state::Database& database, const std::vector<ClosedDay>& closed,
                       LoadedModel current) {
  Said out;
  std::map<Hash128, int> positions{{current.plan.fingerprint, 0}};
  out.names.push_back(current.plan.model);
  out.models.push_back(std::move(current));
  for (const ClosedDay& day : closed) {
    const auto [at, added] = positions.try_emplace(day.fingerprint, -1);
    if (added) {
      KENKO_TRY(const std::string text, database.model_text(day.fingerprint));
      auto model = model::load(text, day.model, workspace.settings);
      auto plan = model ? plan::lower(*model, workspace.settings) : Result<plan::Plan>(model.problems());
      if (plan && plan->fingerprint == day.fingerprint) {
        at->second = static_cast<int>(out.models.size());
        out.names.push_back(day.model);
        out.models.push_back({std::move(*model), std::move(*plan)});
      }
    }
    out.by_day.push_back(at->second);
    if (at->second < 0) ++out.lost;
  }
  return out;
}

// How often the rows of closed days were revised.
Result<RevisionCounts> count_revisions(const Workspace& workspace, const std::vector<ClosedDay>& closed) {
  std::string files;
  for (const ClosedDay& day : closed) {
    if (day.revisions > 0) files += (files.empty() ? "" : ", ") + duck::sql_path(workspace.path(day.scores_file));
  }
  RevisionCounts out;
  if (files.empty()) return out;
  KENKO_TRY(duck::Connection duck, duck::Connection::open());
  KENKO_TRY(duck::Rows rows,
            duck.query(fmt::format("SELECT account, day, max(revision)::INTEGER FROM read_parquet([{}]) "
                                   "WHERE kind = 'revision' GROUP BY ALL",
                                   files)));
  while (true) {
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    if (chunk.size() == 0) return out;
    for (size_t i = 0; i < chunk.size(); ++i)
      out[{std::string(chunk.text(0, i)), chunk.data<int32_t>(1)[i]}] = chunk.data<int32_t>(2)[i];
  }
}

// The bands of a closed day, by code of the account.
Result<std::map<uint32_t, uint32_t>> bands_of(const Workspace& workspace, const ClosedDay& day,
                                              facts::Dictionary& texts) {
  std::map<uint32_t, uint32_t> out;
  if (day.rows == 0) return out;
  KENKO_TRY(duck::Connection duck, duck::Connection::open());
  KENKO_TRY(duck::Rows rows, duck.query(fmt::format("SELECT account, band FROM read_parquet({}) WHERE kind = 'close'",
                                                    duck::sql_path(workspace.path(day.scores_file)))));
  while (true) {
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    if (chunk.size() == 0) return out;
    for (size_t i = 0; i < chunk.size(); ++i)
      out[texts.intern(chunk.text(0, i))] = chunk.valid(1, i) ? texts.intern(chunk.text(1, i)) : 0;
  }
}

// scores/20260131-close.parquet
std::string file_of(Day day) {
  std::string digits = day.iso();
  std::erase(digits, '-');
  return fmt::format("scores/{}-close.parquet", digits);
}

struct DueDays {
  Day first, last;
};

Result<DueDays> due_days(const Workspace& workspace, const CloseRequest& request, Instant now,
                         const facts::Portfolio& all, const std::vector<ClosedDay>& closed,
                         const std::vector<state::Publication>& publications) {
  const facts::Settings& settings = workspace.settings;
  DueDays due{{}, request.as_of.value_or(default_as_of(now, settings, all.newest_day))};
  if (due.last > last_closed_day(now, settings)) {
    return problem_of("day-not-closed",
                      fmt::format("{} closes at {}", due.last.iso(), close_of(due.last, settings).iso()),
                      fmt::format("the last day that can be closed now is {}", last_closed_day(now, settings).iso()));
  }
  if (!closed.empty()) {
    due.first = closed.back().day + 1;
    if (!request.from) return due;
    return problem_of("history-begun",
                      fmt::format("the published history begins with {} and goes to {}", closed.front().day.iso(),
                                  closed.back().day.iso()),
                      "--from is for the first close: days before it are never added");
  }
  if (request.from) {
    due.first = std::max(*request.from, engine::first_day(all));
    return due;
  }
  due.first = due.last;
  for (const state::Publication& p : publications) {
    if (p.last_day) due.first = std::min(due.last, *p.last_day + 1);
  }
  return due;
}

// One run of close_days, under the lock.
class Run {
 public:
  Run(const Workspace& workspace, state::Database& database, int threads)
      : workspace_(workspace), database_(database), threads_(threads_for(threads)) {}

  Result<CloseReport> run(const CloseRequest& request, const ports::Clock& clock) {
    const Problem no_facts =
        problem_of("no-facts", "this workspace has no facts yet", "import some: kenko import FILE...");
    if (workspace_.settings.sources.empty()) return no_facts;  // before the model is blamed for unknown names
    KENKO_TRY(const std::string path, model_path(workspace_, ""));
    KENKO_TRY(model_text_, ports::read_file(path));
    KENKO_TRY(rules_, read_rule_files(workspace_));
    KENKO_TRY(LoadedModel current, load_watching(path));
    KENKO_TRY(closed_, database_.closed_days());
    KENKO_TRY(const std::vector<state::Publication> publications, database_.publications());
    KENKO_TRY(const facts::Portfolio all, load_portfolio(workspace_.dir, database_, workspace_.settings));
    if (!all.newest_day) return no_facts;
    report_.model = current.plan.model;
    KENKO_TRY(const DueDays due, due_days(workspace_, request, clock.now(), all, closed_, publications));
    if (due.first <= due.last) {
      KENKO_TRY(const Said said, load_said(workspace_, database_, closed_, std::move(current)));
      KENKO_TRY_STATUS(close(due, said, all, clock));
    }
    if (!closed_.empty()) report_.last_closed = closed_.back().day;
    return std::move(report_);
  }

 private:
  // The model, with the conditions of the rules beside it.
  Result<LoadedModel> load_watching(const std::string& path) {
    if (rules_.empty()) return load_model(workspace_, "");
    const facts::Settings& settings = workspace_.settings;
    auto model = model::load(model_text_, path, settings);
    auto setup = make_setup(rules_, settings);
    Problems problems;
    if (!model.ok()) problems = model.problems();
    if (!setup.ok()) problems.insert(problems.end(), setup.problems().begin(), setup.problems().end());
    if (has_errors(problems)) return problems;
    KENKO_TRY_STATUS(watch_rules(*setup, settings, *model));
    KENKO_TRY(plan::Plan plan, plan::lower(*model, settings));
    return LoadedModel{std::move(*model), std::move(plan)};
  }

  Status close(const DueDays& due, const Said& said, const facts::Portfolio& all, const ports::Clock& clock) {
    KENKO_TRY(KnownFacts known, KnownFacts::load(workspace_, database_, threads_));
    KENKO_TRY(const int64_t next_seq, known.next_seq());
    ClosingSetup setup;
    for (size_t m = 0; m < said.models.size(); ++m)
      setup.models.push_back({said.names[m], said.models[m].plan.fingerprint, &said.models[m].plan});
    setup.first = due.first;
    setup.last = due.last;
    setup.said = said.by_day;
    setup.base = {close_of(due.first - 1, workspace_.settings), {}};
    if (!closed_.empty()) setup.base = {closed_.back().known_until, closed_.back().next_seq};
    setup.revisions = [this, before = closed_] { return count_revisions(workspace_, before); };
    setup.threads = threads_;
    setup.standing = !rules_.empty();
    setup.calibration = calibration_of(workspace_, said.models.front().model, said.models.front().plan);
    DayCloser closer(std::move(setup), all, known);
    if (!closed_.empty()) {
      KENKO_TRY(bands_, bands_of(workspace_, closed_.back(), closer.texts()));
    }
    KENKO_TRY_STATUS(prepare_scores_folder(workspace_));
    for (Day day = due.first; day <= due.last; ++day) {
      Stopwatch watch;
      KENKO_TRY(const ClosedRows rows, closer.next());
      KENKO_TRY_STATUS(keep(rows, said.models.front().plan, next_seq, clock.now()));
      report_.days.back().seconds = watch.lap();
    }
    report_.late_accounts = static_cast<int64_t>(closer.late_accounts());
    report_.not_revised = said.lost;
    return Done{};
  }

  // First the file, then the record: what is recorded is there.
  Status keep(const ClosedRows& rows, const plan::Plan& plan, int64_t next_seq, Instant now) {
    ClosedDay day;
    day.day = rows.day;
    day.known_until = close_of(rows.day, workspace_.settings);
    day.at = now;
    day.next_seq = next_seq;
    day.model = plan.model;
    day.fingerprint = plan.fingerprint;
    day.rows = rows.first_rows;
    day.revisions = rows.revisions;
    if (rows.rows->size() > 0) {
      day.scores_file = file_of(rows.day);
      KENKO_TRY_STATUS(rows.rows->write(workspace_.path(day.scores_file)));
    }
    if (!rules_.empty()) day.rules = fingerprint_of(rules_);
    KENKO_TRY_STATUS(database_.close_day(day, model_text_, rules_));
    DayReport& report = report_.days.emplace_back(DayReport{day, 0, 0});
    std::map<uint32_t, uint32_t> bands;
    for (const auto& [account, band] : rows.bands) {
      const auto before = bands_.find(account);
      if (before != bands_.end() && before->second != band) ++report.bands_moved;
      bands.emplace(account, band);
    }
    bands_ = std::move(bands);
    closed_.push_back(std::move(day));
    return Done{};
  }

  const Workspace& workspace_;
  state::Database& database_;
  int threads_;
  std::string model_text_;
  state::RuleFiles rules_;
  std::vector<ClosedDay> closed_;
  std::map<uint32_t, uint32_t> bands_;  // of the closed day before, by account
  CloseReport report_;
};

}  // namespace

Result<CloseReport> close_days(const Workspace& opened, const CloseRequest& request, const ports::Clock& clock) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));  // as it is under the lock
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  return Run(workspace, database, request.threads).run(request, clock);
}

Result<std::optional<ClosedDay>> last_close(const Workspace& workspace) {
  KENKO_TRY(auto state, open_state(workspace.dir));
  if (!state) return std::optional<ClosedDay>();
  KENKO_TRY(const std::vector<ClosedDay> closed, state->closed_days());
  return closed.empty() ? std::optional<ClosedDay>() : std::optional(closed.back());
}

}  // namespace kenko::app
