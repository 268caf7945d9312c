#include <fmt/format.h>

#include <memory>

#include "app/fit.h"
#include "app/system.h"
#include "base/decimal.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "report/fit_view.h"

namespace kenko::cli {
namespace {

struct FitCliOptions {
  app::FitRequest request;
  std::string from, to, table, capacity, cost;
};

// 5:1 = a miss costs five times what a false alarm does.
Result<double> cost_ratio(const std::string& text) {
  const size_t colon = text.find(':');
  const auto read = [&](std::string_view part) {
    const auto number = parse_decimal(part);
    return number.fault == ParsedDecimal::Fault::none ? number.value.as_double() : 0;
  };
  if (colon != std::string::npos) {
    const double miss = read(std::string_view(text).substr(0, colon));
    const double alarm = read(std::string_view(text).substr(colon + 1));
    if (miss > 0 && alarm > 0) return miss / alarm;
  }
  return bad_option("--cost is what a missed account costs, and what a false alarm does, as 5:1");
}

Status read_options(const Common& common, FitCliOptions& o) {
  app::FitRequest& r = o.request;
  r.panel.model = common.model;
  r.panel.threads = common.threads;
  r.options.threads = r.judge.threads = threads_for(common.threads);
  KENKO_TRY_STATUS(read_day("--from", o.from, r.panel.from));
  KENKO_TRY_STATUS(read_day("--to", o.to, r.panel.to));
  if (r.panel.step_days < 1) return bad_option("--step is a number of days, 1 or more");
  if (!o.capacity.empty() && !o.cost.empty()) return bad_option("--capacity and --cost both set the lowest cut-off");
  if (!o.capacity.empty()) {
    KENKO_TRY(r.judge.capacity, share_option("--capacity", o.capacity, "the accounts"));
    r.options.cut_off.capacity = r.judge.capacity;
  }
  if (!o.cost.empty()) {
    KENKO_TRY(r.options.cut_off.cost_ratio, cost_ratio(o.cost));
  }
  if (r.judge.resamples < 1 || r.judge.resamples > 100'000) {
    return bad_option("--resamples is a number between 1 and 100000");
  }
  return Done{};
}

Result<std::string> fit_output(const Common& common, FitCliOptions& o) {
  KENKO_TRY_STATUS(sections_format(common));
  KENKO_TRY_STATUS(read_options(common, o));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::FittedModel fitted, app::fit_model(workspace, o.request, app::now()));
  if (!fitted.assumed.empty()) {
    fmt::print(stderr, "note: when these sources knew their facts is assumed, not recorded: {}\n",
               text::join(fitted.assumed, ", "));
  }
  if (!fitted.path.empty()) {
    fmt::print(stderr, "note: wrote {}; compare it with the old one before you publish it\n", fitted.path);
  } else if (!o.request.out.empty()) {
    fmt::print(stderr, "note: nothing was written: no number changed\n");
  } else {
    fmt::print(stderr, "note: nothing was written; --out NAME writes models/NAME.yaml\n");
  }
  return written(common,
                 {report::fit_head(fitted.result), report::fit_sections(fitted.result), fitted.result.findings,
                  "measures", report::fit_highlights(fitted.result)},
                 o.table);
}

}  // namespace

void add_fit_command(CLI::App& app, Common& common, Exit& exit) {
  auto* fit =
      app.add_subcommand("fit", "a model file with the weights, curves and cut-offs that past outcomes ask for");
  auto options = std::make_shared<FitCliOptions>();
  app::FitRequest& r = options->request;
  fit->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  fit->add_option("--outcome", r.panel.outcome, "one of the model's outcomes; default: the first");
  fit->add_option("--from", options->from, "no as-of day before this one");
  fit->add_option("--to", options->to, "no as-of day after this one");
  fit->add_option("--step", r.panel.step_days, "days between as-of days; default: 28");
  fit->add_option("--capacity", options->capacity, "the lowest cut-off lies above this share of the accounts, as 10%");
  fit->add_option("--cost", options->cost,
                  "the lowest cut-off lies where acting pays: a miss to a false alarm, as 5:1");
  fit->add_flag("--search", r.search, "look for further metrics first");
  fit->add_flag("--all-days", r.options.all_days, "the file learns from the judged days too, the report does not");
  fit->add_option("--treated-by", r.panel.treated_by, "an event that marks an account as worked on; may be repeated");
  fit->add_option("--resamples", r.judge.resamples, "of the bootstrap; default: 1000");
  fit->add_option("--seed", r.judge.seed, "of the bootstrap; default: 1");
  fit->add_option("--out", r.out, "the new model: NAME for models/NAME.yaml, or a path; without it nothing is written");
  fit->add_option("--table", options->table, "this table alone: measures, metrics, curves, bands ...");
  fit->add_option("--format", common.format, "table, json, csv or html");
  fit->add_option("--report", common.out, "write the report to this file");
  fit->add_option("--threads", common.threads, "default: all cores");
  fit->callback([&, options] {
    const auto output = fit_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
