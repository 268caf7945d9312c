// Does the score foretell: the panel of three years, its measures with 1,000 resamples, and a fit.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "app/fit.h"
#include "app/panel.h"
#include "app/workspace.h"
#include "base/text.h"
#include "company.h"
#include "customers.h"
#include "options.h"
#include "ports/clock.h"
#include "validate/backtest.h"

namespace kenko::bench {
namespace {

constexpr const char* kGroup = "back-test of three years";
constexpr const char* kFit = "fit of three years";
constexpr const char* kSearch = "fit of three years with a search";

Status fill(const Customers& customers, const Options& options, const std::string& dir) {
  return fill_workspace(
      [&] {
        auto rows = std::make_shared<const std::vector<Row>>(rows_of(customers));
        return Filling{std::ssize(*rows), [rows](int64_t i) { return (*rows)[static_cast<size_t>(i)]; },
                       options.segments, "customers"};
      },
      options.models_dir, dir);
}

app::PanelRequest request_of(const Customers& customers, const Options& options) {
  app::PanelRequest request;
  request.from = customers.first_day() + 182;
  request.step_days = 28;
  request.threads = options.threads;
  return request;
}

// The whole command: the seconds of each run, and of its stages in the last one.
Result<app::FittedModel> bench_fit(const app::Workspace& workspace, const app::PanelRequest& panel, bool search,
                                   const Options& options, Figures& figures) {
  app::FitRequest request;
  request.panel = panel;
  request.search = search;
  request.options.threads = request.judge.threads = options.threads;
  request.out = workspace.dir + "/models/fitted.yaml";
  const char* group = search ? kSearch : kFit;
  std::vector<double> seconds;
  Result<app::FittedModel> fitted = app::FittedModel();
  for (int run = 0; run < (search ? 1 : options.runs); ++run) {
    std::filesystem::remove(request.out);
    seconds.push_back(seconds_of([&] { fitted = app::fit_model(workspace, request, ports::SystemClock().now()); }));
    if (!fitted.ok()) return fitted.problems();
  }
  std::filesystem::remove(request.out);
  const fit::FitResult& result = fitted->result;
  const app::FitTimes& times = fitted->times;
  figures.add(group, "the whole command", "s", seconds,
              fmt::format("{} metrics, {} added, {} strengths on {} folds", result.before.metrics.size(),
                          result.added.size(), result.fit.chosen.trials.size(), result.fit.chosen.folds));
  figures.add(group, "of that: panel", "s", times.panel);
  if (search) {
    const app::SearchTimes& s = times.searched;
    figures.add(group, "of that: search", "s", times.search, fmt::format("{} candidates", result.candidates));
    figures.add(group, "of the search: candidates from the facts", "s", s.facts);
    figures.add(group, "of the search: their values on every row", "s", s.columns);
    figures.add(group, "of the search: chosen on folds", "s", s.choice);
    figures.add(group, "of the search: panel of the model with them", "s",
                times.search - s.facts - s.columns - s.choice);
  }
  figures.add(group, "of that: strengths tried, numbers learnt", "s", times.learnt,
              fmt::format("from {} account-days", text::grouped(result.train_rows)));
  figures.add(group, "of that: written and scored again", "s", times.scored_again);
  figures.add(group, "of that: judged, 1,000 resamples", "s", times.judged);
  figures.add(group, "area within a day: after", "", result.judgement.auc_within.after.value.value_or(0),
              fmt::format("{:.3f} before", result.judgement.auc_within.before.value.value_or(0)));
  return fitted;
}

// What others take to learn as much from the same panel: bench/peers/fit_peer.py.
Status bench_peer(const validate::Panel& panel, const app::FittedModel& ours, const std::string& dir,
                  const Options& options, Figures& figures) {
  if (options.learner.empty()) return Done{};
  const std::string file = dir + "/panel.csv";
  KENKO_TRY_STATUS(app::write_panel(panel, file));
  const ChildResult result =
      run_child({options.learner, options.peers_dir + "/fit_peer.py", file, ours.result.last_train.iso(),
                 ours.result.first_judged.iso(), fmt::format("{}", ours.result.horizon + ours.result.gap),
                 fmt::format("{}", ours.result.fit.chosen.trials.size()), fmt::format("{}", options.threads)});
  std::filesystem::remove(file);
  if (!result.good) return Problem{"peer-failed", {}, "fit_peer.py failed", "", "", Severity::error};
  Figures theirs;
  theirs.add_json_lines(result.output);
  for (const Figure& f : theirs.all()) {
    figures.add(Figure(f));
    if (f.unit != "s" || ours.times.learnt <= 0) continue;
    figures.add(kFit, f.name + ", by what Kenko takes", "times", f.median / ours.times.learnt);
  }
  return Done{};
}

}  // namespace

Status bench_prove(const Options& options, Figures& figures) {
  Customers customers;
  customers.at_a_time = static_cast<int32_t>(options.customers);
  customers.seed = options.shape.seed;
  const std::string dir =
      fmt::format("{}/customers-{}-{}-{}", options.dir, customers.at_a_time, customers.days, customers.seed);
  KENKO_TRY_STATUS(fill(customers, options, dir));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  const app::PanelRequest request = request_of(customers, options);
  const Instant now = ports::SystemClock().now();
  if (const auto warm = app::build_panel(workspace, request, now); !warm.ok()) return warm.problems();
  std::vector<double> built, judged, few;
  Result<app::WorkspacePanel> panel = app::WorkspacePanel();
  validate::BacktestOptions measures;
  measures.threads = options.threads;
  validate::BacktestOptions main_ones = measures;
  main_ones.in_parts = false;
  validate::Backtest result;
  for (int run = 0; run < options.runs; ++run) {
    built.push_back(seconds_of([&] { panel = app::build_panel(workspace, request, now); }));
    if (!panel.ok()) return panel.problems();
    few.push_back(seconds_of([&] { result = validate::backtest(panel->panel, main_ones); }));
    judged.push_back(seconds_of([&] { result = validate::backtest(panel->panel, measures); }));
  }
  const std::string note = fmt::format("{} rows of {} days, {} accounts left", text::grouped(panel->panel.rows()),
                                       panel->panel.days.size(), text::grouped(result.all.accounts_with));
  figures.add(kGroup, "panel, known as of each day", "s", built, note);
  figures.add(kGroup, "of that: opened, and looked for late facts", "s", panel->times.facts);
  figures.add(kGroup, "of that: scored", "s", panel->times.common);
  figures.add(kGroup, "of that: scored again for late facts", "s", panel->times.late,
              fmt::format("{} accounts", text::grouped(panel->late_accounts)));
  figures.add(kGroup, "AUC, lift, Brier, churn by band, 1,000 resamples", "s", few);
  figures.add(kGroup, "every measure, 1,000 resamples", "s", judged);
  figures.add(kGroup, "area under the curve within a day", "", result.all.auc_within.value.value_or(0));
  const auto fitted = bench_fit(workspace, request, false, options, figures);
  if (!fitted.ok()) return fitted.problems();
  KENKO_TRY_STATUS(bench_peer(panel->panel, *fitted, dir, options, figures));
  const auto searched = bench_fit(workspace, request, true, options, figures);
  return searched.ok() ? Status(Done{}) : Status(searched.problems());
}

}  // namespace kenko::bench
