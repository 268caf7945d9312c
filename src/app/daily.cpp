#include "app/daily.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "app/acting.h"
#include "app/acting_rules.h"
#include "app/announce.h"
#include "app/deliver.h"
#include "app/import.h"
#include "app/task_list.h"
#include "base/hash.h"
#include "base/text.h"
#include "ports/files.h"
#include "state/database.h"
#include "state/write_lock.h"
#include "tree/reader.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

// Files that were imported, by path with what tells that they changed.  Only saves time: an import counts once anyway.
constexpr const char* kSeenFile = "cache/imported.txt";

using Seen = std::map<std::string, std::string>;

std::string mark_of(const fs::path& path) {
  std::error_code ignored;
  const auto size = fs::file_size(path, ignored);
  const auto written = fs::last_write_time(path, ignored).time_since_epoch().count();
  return fmt::format("{} {}", size, written);
}

Seen read_seen(const Workspace& workspace) {
  Seen out;
  const auto text = ports::read_file(workspace.path(kSeenFile));
  if (!text) return out;
  for (const std::string_view line : text::split(*text, '\n')) {
    const size_t tab = line.find('\t');
    if (tab != std::string_view::npos) out[std::string(line.substr(tab + 1))] = std::string(line.substr(0, tab));
  }
  return out;
}

Status write_seen(const Workspace& workspace, const Seen& seen) {
  std::string text;
  for (const auto& [path, mark] : seen) text += fmt::format("{}\t{}\n", mark, path);
  return ports::write_file(workspace.path(kSeenFile), {text});
}

// The files behind an input, sorted; hidden ones are left out.
std::vector<std::string> files_of(const std::string& input) {
  std::error_code ignored;
  if (!fs::is_directory(input, ignored)) return {input};
  std::vector<std::string> out;
  for (auto it = fs::recursive_directory_iterator(input, ignored); it != fs::recursive_directory_iterator();
       it.increment(ignored)) {
    if (it->is_regular_file(ignored) && it->path().filename().string()[0] != '.') out.push_back(it->path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Status import_new(const Workspace& opened, const DailyPlan& plan, const ports::Clock& clock, DailyReport& report) {
  Seen seen = read_seen(opened);
  for (const DailyPlan::Import& import : plan.imports) {
    ImportRequest request;
    Seen now;
    for (const std::string& input : import.files) {
      const std::string path = fs::path(input).is_absolute() ? input : opened.path(input);
      for (const std::string& file : files_of(path)) {
        const std::string mark = mark_of(file);
        const auto found = seen.find(file);
        if (found != seen.end() && found->second == mark) {
          ++report.unchanged;
          continue;
        }
        request.inputs.push_back(file);
        now[file] = mark;
      }
    }
    if (request.inputs.empty()) continue;
    request.mapping_file =
        import.mapping.empty() || fs::path(import.mapping).is_absolute() ? import.mapping : opened.path(import.mapping);
    request.source = import.source;
    request.command = "kenko daily";
    KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));  // an import may have added a source
    const auto done = import_files(workspace, request, clock);
    if (!done) {
      report.imports.insert(report.imports.end(), done.problems().begin(), done.problems().end());
      continue;
    }
    report.files += std::ssize(request.inputs);
    report.added += done->total.added;
    report.corrected += done->total.corrected;
    report.rejected += done->total.rejected;
    for (size_t f = 0; f < done->files.size(); ++f) {
      const Problems& problems = done->files[f].problems;
      report.imports.insert(report.imports.end(), problems.begin(), problems.end());
      if (!problems.empty() && f < request.inputs.size()) now.erase(request.inputs[f]);
    }
    for (const auto& [path, mark] : now) seen[path] = mark;
    KENKO_TRY_STATUS(write_seen(workspace, seen));
  }
  return Done{};
}

void count(const Acting& acting, Instant after, DailyReport& report) {
  for (const alerts::Event& e : acting.ledger.events()) {
    if (e.at <= after) continue;
    report.opened += e.what == alerts::What::opened ? 1 : 0;
    report.listed += e.what == alerts::What::listed ? 1 : 0;
    report.ended += e.what == alerts::What::ended ? 1 : 0;
    report.escalated += e.what == alerts::What::escalated ? 1 : 0;
  }
  for (const PlayNote& note : acting.plays.notes()) {
    if (note.at <= after) continue;
    report.plays_begun += note.kind == PlayNote::Kind::enrolled ? 1 : 0;
    report.plays_ended += note.kind == PlayNote::Kind::stopped ? 1 : 0;
    report.tasks_created += note.kind == PlayNote::Kind::created ? 1 : 0;
    report.tasks_late += note.kind == PlayNote::Kind::overdue ? 1 : 0;
  }
  report.tasks_open = std::ssize(open_tasks(acting, {}));
  report.plays = acting.plays.setup() != nullptr && !acting.plays.setup()->plays.all.empty();
  for (const alerts::Alert& a : acting.ledger.alerts()) {
    const bool acts = a.active() && a.state != alerts::State::backlog;
    report.open += acts ? 1 : 0;
    report.backlog += a.state == alerts::State::backlog ? 1 : 0;
    report.nobody += acts && a.assignee.empty() ? 1 : 0;
    report.feeds += acts && a.kind == alerts::Kind::silent ? 1 : 0;
  }
}

// Replays, and tells what was not told yet.  Under the lock: nobody acts or closes in between.
Status tell(const Workspace& opened, const DailyRequest& request, Instant now, DailyReport& report) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY(const notify::Channels channels, open_channels(workspace));
  KENKO_TRY(const auto acting, replay(workspace, now));
  KENKO_TRY(const std::optional<Instant> acted, database.acted_until());
  // What happened before anything was ever told is told to nobody.
  const Instant after = acted.value_or(Instant{acting->first_enabled.micros - 1});
  count(*acting, after, report);
  if (now <= after) return Done{};
  report.messages = announcements(*acting, channels, after, now, workspace.settings.time_zone);
  auto of_plays = play_announcements(*acting, channels, after, now);
  report.messages.insert(report.messages.end(), std::make_move_iterator(of_plays.begin()),
                         std::make_move_iterator(of_plays.end()));
  KENKO_TRY(const auto closed, database.closed_days());
  std::optional<Day> before;
  for (const state::ClosedDay& d : closed) {
    if (acted && d.at <= *acted) before = d.day;
  }
  KENKO_TRY(const auto pages, digests(*acting, channels, before, now, workspace.settings.time_zone));
  report.messages.insert(report.messages.end(), pages.begin(), pages.end());
  return request.dry_run ? Status(Done{}) : database.end_acting(now, report.messages);
}

}  // namespace

Result<DailyPlan> read_daily_plan(const Workspace& workspace) {
  DailyPlan out;
  if (!ports::file_exists(workspace.path(kDailyFile))) return out;
  KENKO_TRY(const std::string text, ports::read_file(workspace.path(kDailyFile)));
  Problems problems;
  const auto tree = tree::Tree::parse(text, kDailyFile, problems);
  if (!tree) return problems;
  tree::Reader top(*tree, tree->root(), problems);
  const auto version = top.integer("kenko", 1, INT64_MAX, tree::Need::required);
  if (version && *version != 1)
    top.add("kenko", "unknown-version", fmt::format("format {} is not known", *version), "this version reads 1");
  top.each_item("imports", "import", [&](size_t, tree::Reader& entry) {
    DailyPlan::Import import;
    import.files = entry.texts("files", tree::Need::required).value_or(std::vector<std::string>{});
    import.mapping = entry.text("mapping").value_or("");
    import.source = entry.text("source").value_or("");
    entry.finish();
    out.imports.push_back(std::move(import));
  });
  top.each_item("reports", "report", [&](size_t, tree::Reader& entry) {
    DailyPlan::Report report;
    const std::string command = entry.text("command", tree::Need::required).value_or("");
    for (const std::string_view word : text::split(command, ' ')) {
      if (!word.empty()) report.arguments.emplace_back(word);
    }
    if (!report.arguments.empty() && report.arguments[0] == "kenko") report.arguments.erase(report.arguments.begin());
    const auto out_option = std::find(report.arguments.begin(), report.arguments.end(), "--out");
    if (out_option != report.arguments.end() && out_option + 1 != report.arguments.end()) {
      std::string& file = *(out_option + 1);
      if (!fs::path(file).is_absolute()) file = workspace.path(file);
    } else {
      entry.add("command", "no-output", "a report of a timer needs a file", "--out reports/portfolio.html");
    }
    report.every_days = entry.days("every").value_or(1);
    if (report.every_days != 1 && report.every_days != 7)
      entry.add("every", "out-of-range", "`every` is 1d or 7d (on Mondays)");
    entry.finish();
    out.reports.push_back(std::move(report));
  });
  top.finish();
  if (has_errors(problems)) return problems;
  return out;
}

Result<DailyReport> run_daily(const Workspace& workspace, const DailyRequest& request, const ports::Clock& clock,
                              const std::function<void(const std::string&)>& progress) {
  const auto say = [&](const char* step) {
    if (progress) progress(step);
  };
  DailyReport report;
  KENKO_TRY(const DailyPlan plan, read_daily_plan(workspace));
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  report.enabled = !files.empty();
  if (report.enabled) {
    KENKO_TRY_STATUS(make_setup(files, workspace.settings));
  }
  KENKO_TRY_STATUS(open_channels(workspace));
  if (!request.dry_run) {
    say("importing");
    KENKO_TRY_STATUS(import_new(workspace, plan, clock, report));
    say("closing");
    KENKO_TRY(const Workspace imported, open_workspace(workspace.dir));
    CloseRequest close;
    close.threads = request.threads;
    KENKO_TRY(report.closed, close_days(imported, close, clock));
  }
  say("acting");
  const Instant now = clock.now();  // not before the closes, which have their own moments
  if (report.enabled) {
    KENKO_TRY_STATUS(tell(workspace, request, now, report));
  }
  const Day today = workspace.settings.time_zone.day_of(now);
  for (const DailyPlan::Report& r : plan.reports) {
    if (r.every_days == 1 || today.weekday() == 0) report.due_reports.push_back(r);
  }
  return report;
}

}  // namespace kenko::app
