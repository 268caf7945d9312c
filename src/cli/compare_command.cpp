#include <fmt/format.h>

#include <memory>

#include "app/compare.h"
#include "app/system.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "report/compare_view.h"

namespace kenko::cli {
namespace {

constexpr size_t kAccountsShown = 20;  // in text; JSON and CSV have all

struct CompareCliOptions {
  app::CompareRequest request;
  std::string from, to, table, capacity = "10%";
};

Result<std::string> compare_output(const Common& common, CompareCliOptions& o) {
  KENKO_TRY(const report::Format format, sections_format(common));
  KENKO_TRY_STATUS(read_day("--as-of", common.as_of, o.request.as_of));
  KENKO_TRY_STATUS(read_day("--from", o.from, o.request.panel.from));
  KENKO_TRY_STATUS(read_day("--to", o.to, o.request.panel.to));
  KENKO_TRY(o.request.measures.capacity, share_option("--capacity", o.capacity, "the accounts"));
  if (o.request.panel.step_days < 1) return bad_option("--step is a number of days, 1 or more");
  if (o.request.measures.resamples < 1 || o.request.measures.resamples > 100'000) {
    return bad_option("--resamples is a number between 1 and 100000");
  }
  o.request.panel.threads = common.threads;
  o.request.measures.threads = threads_for(common.threads);
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const validate::Comparison comparison, app::compare_with(workspace, o.request, app::now()));
  const bool all = format != report::Format::table || !o.table.empty();
  return written(common,
                 {report::compare_head(comparison), report::compare_sections(comparison, all ? 0 : kAccountsShown),
                  comparison.findings, "measures", report::compare_highlights(comparison)},
                 o.table);
}

}  // namespace

void add_compare_command(CLI::App& app, Common& common, Exit& exit) {
  auto* compare =
      app.add_subcommand("compare", "a draft against another model: who changes band, which foretells better");
  auto options = std::make_shared<CompareCliOptions>();
  compare->add_option("draft", options->request.draft, "a model of models/, or a file; default: the active one");
  compare->add_option("--with", options->request.with,
                      "another model, or `published`; default: what was published last, else the active one");
  compare->add_option("--outcome", options->request.panel.outcome, "an outcome of both; default: the other's first");
  compare->add_option("--as-of", common.as_of, "the day whose bands are compared; default: the last closed day");
  compare->add_option("--from", options->from, "no as-of day before this one");
  compare->add_option("--to", options->to, "no as-of day after this one");
  compare->add_option("--step", options->request.panel.step_days, "days between as-of days; default: 28");
  compare->add_option("--capacity", options->capacity, "share of the accounts that a team can work on; default: 10%");
  compare->add_option("--resamples", options->request.measures.resamples, "of the bootstrap; default: 1000");
  compare->add_option("--seed", options->request.measures.seed, "of the bootstrap; default: 1");
  compare->add_option("--table", options->table, "this table alone: bands, accounts, measures, days ...");
  compare->add_option("--format", common.format, "table, json, csv or html");
  compare->add_option("--out", common.out, "write to this file");
  compare->add_option("--threads", common.threads, "default: all cores");
  compare->callback([&, options] {
    const auto output = compare_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
