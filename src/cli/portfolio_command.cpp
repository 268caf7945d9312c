#include <algorithm>
#include <memory>

#include "app/portfolio_report.h"
#include "app/system.h"
#include "cli/commands.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

struct PortfolioCliOptions {
  app::PortfolioRequest request;
  std::string from, to, by, table, periods = "quarter";
  int64_t limit = 20;
};

const char* const kBreakdowns[] = {"band", "segment", "owner", "product"};

Status read_options(PortfolioCliOptions& o) {
  KENKO_TRY_STATUS(read_day("--from", o.from, o.request.from));
  KENKO_TRY_STATUS(read_day("--to", o.to, o.request.to));
  if (o.periods == "month") {
    o.request.grain = revenue::Grain::month;
  } else if (o.periods == "quarter") {
    o.request.grain = revenue::Grain::quarter;
  } else if (o.periods == "year") {
    o.request.grain = revenue::Grain::year;
  } else {
    return bad_option("--periods is month, quarter or year");
  }
  if (!o.by.empty() && std::find(std::begin(kBreakdowns), std::end(kBreakdowns), o.by) == std::end(kBreakdowns)) {
    return bad_option("--by is band, segment, owner or product");
  }
  constexpr int32_t kMostDays = 730;
  if (o.request.within_days < 1 || o.request.within_days > kMostDays) {
    return bad_option("--within is a number of days, 1 to 730");
  }
  if (o.request.resamples < 1 || o.request.resamples > 100'000) {
    return bad_option("--resamples is a number between 1 and 100000");
  }
  return Done{};
}

// With --by, the other breakdowns are left out.
void keep_breakdown(const std::string& by, revenue::PortfolioReport& report) {
  if (!by.empty()) std::erase_if(report.breakdowns, [&](const revenue::Breakdown& b) { return b.by != by; });
}

// In text, of a table with a row for each account the first rows.
void shorten(int64_t limit, std::vector<report::Section>& sections) {
  for (report::Section& s : sections) {
    const auto rows = std::ssize(s.table.rows);
    if ((s.key != "renewals" && s.key != "ending") || limit <= 0 || rows <= limit) continue;
    s.title = say("{} (the first {} of {}; --limit 0 shows all)", s.title.english(), limit, rows);
    s.table.rows.resize(static_cast<size_t>(limit));
  }
}

Result<std::string> portfolio_output(const Common& common, PortfolioCliOptions& o) {
  KENKO_TRY(const report::Format format, sections_format(common));
  KENKO_TRY_STATUS(read_options(o));
  app::ScoringRequest request;
  request.model = common.model;
  request.threads = common.threads;
  KENKO_TRY_STATUS(read_day("--as-of", common.as_of, request.as_of));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, app::now()));
  warn(scoring->model().warnings);
  const app::CalibrationInForce calibration = app::calibration_in_force(workspace, *scoring);
  warn(calibration.notes);
  KENKO_TRY(revenue::PortfolioReport report, app::report_portfolio(*scoring, o.request, &calibration));
  keep_breakdown(o.by, report);
  auto sections = report::portfolio_sections(report, app::account_names(*scoring));
  if (format == report::Format::table) shorten(o.limit, sections);
  return written(common, {report::portfolio_head(report), std::move(sections), report.findings, "summary"}, o.table);
}

}  // namespace

void add_portfolio_command(CLI::App& app, Common& common, Exit& exit) {
  auto* portfolio = app.add_subcommand("portfolio", "revenue, retention and churn by band, renewals, what is at risk");
  auto options = std::make_shared<PortfolioCliOptions>();
  portfolio->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  portfolio->add_option("--as-of", common.as_of, "the day, 2026-11-20; default: the last closed day with facts");
  portfolio->add_option("--from", options->from, "first day of the period; default: 12 months up to the last");
  portfolio->add_option("--to", options->to, "last day of the period; default: the as-of day");
  portfolio->add_option("--by", options->by, "one breakdown: band, segment, owner or product; default: all four");
  portfolio->add_option("--periods", options->periods, "of the fiscal calendar: month, quarter or year")
      ->capture_default_str();
  portfolio->add_option("--count", options->request.periods, "how many of them")
      ->check(CLI::Range(1, 120))
      ->capture_default_str();
  portfolio->add_option("--within", options->request.within_days, "days ahead: renewals due, what is at risk")
      ->capture_default_str();
  portfolio->add_option("--limit", options->limit, "rows of long tables in text; 0 = all")->capture_default_str();
  portfolio->add_option("--resamples", options->request.resamples, "of the bootstrap; default: 1000");
  portfolio->add_option("--seed", options->request.seed, "of the bootstrap; default: 1");
  portfolio->add_option("--table", options->table, "this table alone: summary, walk, periods, by_band, renewals ...");
  portfolio->add_option("--format", common.format, "table, json, csv or html");
  portfolio->add_option("--out", common.out, "write to this file");
  portfolio->add_option("--threads", common.threads, "default: all cores");
  portfolio->callback([&, options] {
    const auto output = portfolio_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
