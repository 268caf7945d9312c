#include <memory>

#include "app/monitor.h"
#include "app/system.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "report/monitor_view.h"

namespace kenko::cli {
namespace {

constexpr size_t kLooksShown = 12;  // in text; JSON and CSV have all

struct MonitorCliOptions {
  app::MonitorRequest request;
  std::string table, rate = "5%";
};

Result<std::string> monitor_output(const Common& common, MonitorCliOptions& o) {
  KENKO_TRY(const report::Format format, sections_format(common));
  KENKO_TRY_STATUS(read_day("--as-of", common.as_of, o.request.as_of));
  KENKO_TRY(o.request.rate, share_option("--false-alarms", o.rate, "what is found"));
  if (!(o.request.least >= 0 && o.request.least <= 10)) {
    return bad_option("--least is a number of standard deviations, 0 to 10");
  }
  if (o.request.measures.resamples < 1 || o.request.measures.resamples > 100'000) {
    return bad_option("--resamples is a number between 1 and 100000");
  }
  o.request.model = common.model;
  o.request.threads = common.threads;
  o.request.measures.threads = threads_for(common.threads);
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const validate::Monitor monitor, app::monitor_model(workspace, o.request, app::now()));
  const bool all = format != report::Format::table || !o.table.empty();
  return written(common,
                 {report::monitor_head(monitor), report::monitor_sections(monitor, all ? 0 : kLooksShown),
                  monitor.findings, "looks", report::monitor_highlights(monitor)},
                 o.table);
}

}  // namespace

void add_monitor_command(CLI::App& app, Common& common, Exit& exit) {
  auto* monitor = app.add_subcommand("monitor", "is the score still what it was? drift, feeds, what it was worth");
  auto options = std::make_shared<MonitorCliOptions>();
  monitor->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  monitor->add_option("--outcome", options->request.outcome, "one of the model's outcomes; default: the first");
  monitor->add_option("--as-of", common.as_of, "the last of the days; default: the last closed day");
  monitor->add_option("--least", options->request.least,
                      "standard deviations that are not worth speaking of; default: 0.2");
  monitor->add_option("--false-alarms", options->rate, "their share among what is found, at most; default: 5%");
  monitor->add_option("--resamples", options->request.measures.resamples, "of the bootstrap; default: 1000");
  monitor->add_option("--seed", options->request.measures.seed, "of the bootstrap; default: 1");
  monitor->add_option("--table", options->table, "this table alone: looks, feeds, bands, flapping, live, findings");
  monitor->add_option("--format", common.format, "table, json, csv or html");
  monitor->add_option("--out", common.out, "write to this file");
  monitor->add_option("--threads", common.threads, "default: all cores");
  monitor->callback([&, options] {
    const auto output = monitor_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
