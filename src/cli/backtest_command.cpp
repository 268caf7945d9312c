#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/backtest.h"
#include "app/system.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "report/backtest_view.h"

namespace kenko::cli {
namespace {

struct BacktestCliOptions {
  app::PanelRequest panel;
  validate::BacktestOptions measures;
  std::string from, to, panel_file, table, capacity = "10%";
  std::vector<double> cutoffs;
};

Status read_options(const Common& common, BacktestCliOptions& o) {
  o.panel.model = common.model;
  o.panel.threads = common.threads;
  o.measures.threads = threads_for(common.threads);
  KENKO_TRY_STATUS(read_day("--from", o.from, o.panel.from));
  KENKO_TRY_STATUS(read_day("--to", o.to, o.panel.to));
  KENKO_TRY(o.measures.capacity, share_option("--capacity", o.capacity, "the accounts"));
  if (o.panel.step_days < 1) return bad_option("--step is a number of days, 1 or more");
  if (o.measures.resamples < 1 || o.measures.resamples > 100'000) {
    return bad_option("--resamples is a number between 1 and 100000");
  }
  for (const double cutoff : o.cutoffs) {
    if (!(cutoff > 0 && cutoff <= 100)) return bad_option("--cutoff is a score above 0, up to 100");
    o.measures.cutoffs.push_back(static_cast<int32_t>(cutoff * 100 + 0.5));
  }
  std::sort(o.measures.cutoffs.begin(), o.measures.cutoffs.end());
  return Done{};
}

Result<std::string> backtest_output(const Common& common, BacktestCliOptions& o) {
  KENKO_TRY_STATUS(sections_format(common));
  KENKO_TRY_STATUS(read_options(common, o));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::WorkspaceBacktest tested, app::back_test(workspace, o.panel, o.measures, app::now()));
  const app::WorkspacePanel& built = tested.built;
  if (!o.panel_file.empty()) {
    KENKO_TRY_STATUS(app::write_panel(built.panel, o.panel_file));
  }
  if (!built.assumed.empty()) {
    fmt::print(stderr, "note: when these sources knew their facts is assumed, not recorded: {}\n",
               text::join(built.assumed, ", "));
  }
  const validate::Backtest& result = tested.result;
  return written(common,
                 {report::backtest_head(built.panel, result), report::backtest_sections(built.panel, result),
                  result.findings, "measures", report::backtest_highlights(result)},
                 o.table);
}

}  // namespace

void add_backtest_command(CLI::App& app, Common& common, Exit& exit) {
  auto* backtest = app.add_subcommand("backtest", "does the score foretell the outcome? measured on past days");
  auto options = std::make_shared<BacktestCliOptions>();
  backtest->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  backtest->add_option("--outcome", options->panel.outcome, "one of the model's outcomes; default: the first");
  backtest->add_option("--from", options->from, "no as-of day before this one");
  backtest->add_option("--to", options->to, "no as-of day after this one");
  backtest->add_option("--step", options->panel.step_days, "days between as-of days; default: 28");
  backtest->add_option("--capacity", options->capacity, "share of the accounts that a team can work on; default: 10%");
  backtest->add_option("--cutoff", options->cutoffs, "a score to act below; may be repeated; default: the bands");
  backtest->add_option("--treated-by", options->panel.treated_by,
                       "an event that marks an account as worked on; may be repeated");
  backtest->add_option("--resamples", options->measures.resamples, "of the bootstrap; default: 1000");
  backtest->add_option("--seed", options->measures.seed, "of the bootstrap; default: 1");
  backtest->add_option("--panel", options->panel_file,
                       "write the panel to this file: Parquet, or CSV where its name ends in .csv");
  backtest->add_option("--table", options->table, "this table alone: measures, bands, cutoffs, metrics ...");
  backtest->add_option("--format", common.format, "table, json, csv or html");
  backtest->add_option("--out", common.out, "write to this file");
  backtest->add_option("--threads", common.threads, "default: all cores");
  backtest->callback([&, options] {
    const auto output = backtest_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
