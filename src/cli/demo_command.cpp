#include <fmt/format.h>

#include <memory>

#include "app/account_views.h"
#include "app/demo.h"
#include "app/system.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"
#include "report/import_view.h"
#include "report/overview.h"

namespace kenko::cli {
namespace {

std::string imported_text(const app::DemoReport& demo, const report::Terminal& terminal) {
  std::vector<report::ImportLine> lines;
  const auto add = [&lines](const std::string& name, const state::FileCounts& c) {
    lines.push_back({name, c.read, c.added, c.already, c.corrected, c.rejected, c.filtered, c.deleted});
  };
  for (const auto& source : demo.sources) add(source.name, source.counts);
  add("total", demo.total);
  return report::to_text(report::import_table(lines), terminal);
}

// The account that fell most, explained.
std::string fall_explained(const app::Scoring& s, const report::Terminal& terminal) {
  const auto summaries = explain::summarise(s.engine(), s.as_of(), s.threads());
  const auto order = explain::steepest_first(s.engine(), summaries);
  if (order.empty()) return "";
  app::ExplainRequest request;
  request.account = summaries[order.front()].account;
  request.since = s.as_of() - explain::kChangeDays;
  request.evidence_limit = 0;
  return "Why did the first of them fall?\n\n" +
         report::explain_text(s.engine(), app::explain_account(s, request), terminal);
}

std::string leavers_text(const app::Scoring& s, const report::Terminal& terminal) {
  const auto leavers = explain::leavers_against_stayers(s.engine(), s.as_of(), s.threads());
  return fmt::format(
             "\nDid the score see it coming? Mean score before the decision to leave: {} accounts left, {} stayed\n\n",
             leavers.left, leavers.stayed) +
         report::to_text(report::leavers_table(leavers), terminal) +
         "(a first look, without intervals; the model never saw the simulated truth)\n";
}

Exit run_demo(const Common& common, app::DemoRequest request, bool retail) {
  request.share_dir = share_dir();
  const ProgressLine progress;
  if (retail) {
    const auto report = app::make_retail(request.dir, request.share_dir, clock());
    if (!report) return fail(report.problems());
    fmt::print(
        "Online Retail: real invoice lines of a UK wholesaler (UCI Machine Learning Repository, CC BY 4.0)\n\n{}",
        import_text(*report, report::Format::table, terminal()));
  } else {
    const auto demo = app::make_demo(request, clock(), [&](const std::string& step) { progress.show(step); });
    progress.clear();
    if (!demo) return fail(demo.problems());
    fmt::print("SIMULATED DATA: Tallyworks, an invented software company (seed {}); nothing in it is real\n\n",
               request.seed);
    if (request.exports_only) {
      fmt::print("exports: {}\nwhat drives the customers: {}\n", demo->exports_dir, demo->truth_dir);
      return Exit::ok;
    }
    fmt::print("{}", imported_text(*demo, terminal()));
    request.dir = demo->workspace_dir;
  }
  const auto workspace = app::open_workspace(request.dir);
  if (!workspace) return fail(workspace.problems());
  const auto scoring = app::Scoring::open(*workspace, {"", {}, {}, common.threads}, app::now());
  if (!scoring) return fail(scoring.problems());
  const app::Scoring& s = **scoring;
  fmt::print("{}{}", worst_text(s, 10, terminal()), fall_explained(s, terminal()));
  if (!retail) fmt::print("{}", leavers_text(s, terminal()));
  fmt::print("\nNext: kenko -C {} accounts list\n", request.dir);
  return Exit::ok;
}

}  // namespace

void add_demo_command(CLI::App& app, Common& common, Exit& exit) {
  auto* demo = app.add_subcommand("demo", "a simulated software company, from raw exports to scores");
  auto request = std::make_shared<app::DemoRequest>();
  auto retail = std::make_shared<bool>(false);
  request->dir = "kenko-demo";
  demo->add_option("dir", request->dir, "where to put it")->capture_default_str();
  demo->add_option("--seed", request->seed, "another company")->capture_default_str();
  demo->add_option("--accounts", request->accounts, "how many customers")->capture_default_str();
  demo->add_option("--days", request->days, "how long")->capture_default_str();
  demo->add_option("--events", request->events_per_account_day, "product events a day of each customer")
      ->capture_default_str();
  demo->add_flag("--exports-only", request->exports_only, "write the raw exports, and import nothing");
  demo->add_flag("--retail", *retail, "the real data of an online retailer instead");
  demo->callback([&, request, retail] { exit = run_demo(common, *request, *retail); });
}

}  // namespace kenko::cli
