#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/panel.h"
#include "app/system.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "report/backtest_view.h"

namespace kenko::cli {
namespace {

struct BacktestCliOptions {
  app::PanelRequest panel;
  validate::BacktestOptions measures;
  std::string from, to, panel_file, table, capacity = "10%";
  std::vector<double> cutoffs;
};

Problem bad_option(std::string message, std::string hint = {}) {
  return {"bad-option", {}, std::move(message), std::move(hint), "", Severity::error};
}

Result<double> share_of(const std::string& text) {
  const bool percent = text.ends_with('%');
  const auto number = parse_decimal(percent ? std::string_view(text).substr(0, text.size() - 1) : text);
  const bool read = number.fault == ParsedDecimal::Fault::none;
  const double share = read ? number.value.as_double() / (percent ? 100 : 1) : 0;
  if (!(share > 0 && share <= 1)) return bad_option("--capacity is a share of the accounts, as 10% or 0.1");
  return share;
}

Status read_options(const Common& common, BacktestCliOptions& o) {
  o.panel.model = common.model;
  o.panel.threads = common.threads;
  o.measures.threads = threads_for(common.threads);
  if (!o.from.empty()) {
    KENKO_TRY(o.panel.from, day_option("--from", o.from));
  }
  if (!o.to.empty()) {
    KENKO_TRY(o.panel.to, day_option("--to", o.to));
  }
  KENKO_TRY(o.measures.capacity, share_of(o.capacity));
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

Result<std::string> table_alone(const std::vector<report::Section>& sections, const std::string& wanted,
                                report::Format format) {
  std::vector<std::string> names;
  for (const report::Section& s : sections) {
    if (s.key == wanted) return report::render(s.table, format, terminal());
    names.push_back(s.key);
  }
  return bad_option(fmt::format("there is no table `{}`", wanted), "it has: " + text::join(names, ", "));
}

Result<std::string> backtest_output(const Common& common, BacktestCliOptions& o) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY_STATUS(read_options(common, o));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::WorkspacePanel built, app::build_panel(workspace, o.panel, app::now()));
  if (!o.panel_file.empty()) {
    KENKO_TRY_STATUS(app::write_panel(built.panel, o.panel_file));
  }
  if (!built.assumed.empty()) {
    fmt::print(stderr, "note: when these sources knew their facts is assumed, not recorded: {}\n",
               text::join(built.assumed, ", "));
  }
  const validate::Backtest result = validate::backtest(built.panel, o.measures);
  auto sections = report::backtest_sections(built.panel, result);
  if (!o.table.empty()) return table_alone(sections, o.table, format);
  if (format == report::Format::csv) return table_alone(sections, "measures", format);
  if (format == report::Format::json) return report::sections_json(sections);
  sections.pop_back();  // the findings follow in words
  return report::backtest_head(built.panel, result) + "\n" + report::sections_text(sections, terminal()) +
         "\nIn words\n\n" + report::findings_text(result.findings);
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
  backtest->add_option("--format", common.format, "table, json or csv");
  backtest->add_option("--out", common.out, "write to this file");
  backtest->add_option("--threads", common.threads, "default: all cores");
  backtest->callback([&, options] {
    const auto output = backtest_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
