#include <memory>

#include "app/portfolio_report.h"
#include "app/report.h"
#include "app/scoring.h"
#include "app/system.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "html/catalogue.h"
#include "html/portfolio_page.h"
#include "report/portfolio_view.h"

namespace kenko::cli {
namespace {

constexpr const char* kDefaultFile = "report.html";

struct ReportCliOptions {
  app::ReportRequest request;
};

Result<std::string> portfolio_output(const Common& common, const ReportCliOptions& options) {
  KENKO_TRY(const html::Catalogue texts, html::Catalogue::of(common.language));
  app::ScoringRequest request{common.model, {}, {}, common.threads};
  KENKO_TRY_STATUS(read_day("--as-of", common.as_of, request.as_of));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  if (workspace.settings.sources.empty()) {  // before the model is blamed for names that nothing can know yet
    return Problem{"no-facts",     {}, "this workspace has no facts yet", "import some: kenko import FILE...", "",
                   Severity::error};
  }
  KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, app::now()));
  warn(scoring->model().warnings);
  const app::CalibrationInForce calibration = app::calibration_in_force(workspace, *scoring);
  warn(calibration.notes);
  html::PortfolioReport report = app::portfolio_report(*scoring, calibration, options.request);
  KENKO_TRY(revenue::PortfolioReport money, app::report_portfolio(*scoring, {}, &calibration));
  if (money.money) {  // without contracts there is nothing to say of revenue
    report.further = report::portfolio_sections(money, app::account_names(*scoring));
    report.findings.insert(report.findings.end(), money.findings.begin(), money.findings.end());
  }
  return html::portfolio_page(report, texts);
}

void deliver_page(const Common& common, const Result<std::string>& page, Exit& exit) {
  exit = page ? deliver(common, *page) : fail(page.problems());
}

}  // namespace

void add_report_command(CLI::App& app, Common& common, Exit& exit) {
  auto* report = app.add_subcommand(
      "report", "one HTML page to look at, print or send: the portfolio, or the report of another command");
  auto options = std::make_shared<ReportCliOptions>();
  // Commands below write pages, too, unless they are asked for something else.
  report->preparse_callback([&common](size_t) {
    common.format = "html";
    common.out = kDefaultFile;
  });
  report->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  report->add_option("--as-of", common.as_of, "the day; default: the last closed one with facts");
  report->add_option("--limit", options->request.listed, "accounts in the list; 0 = all; default: 5000");
  report->add_option("--open", options->request.opened, "accounts that open to their metrics; 0 = all; default: 1000");
  report->add_option("--language", common.language, "en or ja; default: en");
  report->add_option("--out", common.out, "write to this file; default: report.html");
  report->add_option("--threads", common.threads, "default: all cores");
  report->require_subcommand(0, 1);
  auto* portfolio = report->add_subcommand("portfolio", "the portfolio; what `kenko report` alone gives");
  add_backtest_command(*report, common, exit);
  add_fit_command(*report, common, exit);
  add_calibrate_command(*report, common, exit);
  add_compare_command(*report, common, exit);
  add_monitor_command(*report, common, exit);
  report->callback([&common, &exit, report, portfolio, options] {
    if (report->get_subcommands().empty() || portfolio->parsed())
      deliver_page(common, portfolio_output(common, *options), exit);
  });
}

}  // namespace kenko::cli
