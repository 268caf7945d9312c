#include <fmt/format.h>

#include <memory>

#include "app/calibrate.h"
#include "app/system.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/sections_output.h"
#include "report/calibration_view.h"

namespace kenko::cli {
namespace {

struct CalibrateCliOptions {
  app::CalibrateRequest request;
  std::string table, curve = "best";
  bool dry_run = false;
};

std::vector<Sentence> head_of(const app::CalibrateReport& report) {
  const auto& questions = report.file.questions;
  std::vector<Sentence> out;
  const validate::Calibration* first = questions.empty() ? nullptr : &questions.front();
  if (first != nullptr && first->gap > 0) {
    out.push_back(say("Calibration of model {}: outcome {} within {} days, after a gap of {}", report.file.model,
                      first->outcome, first->horizon, first->gap));
  } else if (first != nullptr) {
    out.push_back(
        say("Calibration of model {}: outcome {} within {} days", report.file.model, first->outcome, first->horizon));
  } else {
    out.push_back(say("Calibration of model {}", report.file.model));
  }
  if (first != nullptr && first->cases > 0) {
    out.push_back(say("Learnt from as-of days from {} to {}, with the outcomes up to {}", first->first.iso(),
                      first->last.iso(), first->until.iso()));
    out.push_back(say("{} account-days of {} accounts, {} with the outcome ({} accounts)", text::grouped(first->cases),
                      text::grouped(first->accounts), text::grouped(first->outcomes),
                      text::grouped(first->accounts_with)));
  }
  if (!report.path.empty())
    out.push_back(say(report.remapped ? "Curves kept, written to {}" : "Written to {}", report.path));
  return out;
}

void add_treated(const app::CalibrateReport& report, std::vector<validate::Finding>& findings) {
  constexpr double kMany = 0.2;
  if (report.rows == 0) return;
  const double share = static_cast<double>(report.treated) / static_cast<double>(report.rows);
  if (share <= kMany) return;
  findings.push_back({true, "many-treated",
                      say("{} % of the rows were worked on afterwards: probabilities are those of customers who are "
                          "looked after so",
                          fmt::format("{:.0f}", 100 * share)),
                      ""});
}

Result<std::string> calibrate_output(const Common& common, CalibrateCliOptions& o) {
  KENKO_TRY_STATUS(sections_format(common));
  o.request.model = common.model;
  o.request.threads = common.threads;
  o.request.keep = !o.dry_run;
  if (o.curve == "logistic") {
    o.request.form = validate::Form::logistic;
  } else if (o.curve == "isotonic") {
    o.request.form = validate::Form::isotonic;
  } else if (o.curve != "best") {
    return bad_option("--curve is best, logistic or isotonic");
  }
  if (o.request.step_days < 1) return bad_option("--step is a number of days, 1 or more");
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::CalibrateReport report, app::calibrate(workspace, o.request, app::now()));
  if (!report.assumed.empty()) {
    fmt::print(stderr, "note: when these sources knew their facts is assumed, not recorded: {}\n",
               text::join(report.assumed, ", "));
  }
  auto findings = report::calibration_findings(report.file.questions, report.remapped);
  add_treated(report, findings);
  return written(common,
                 {head_of(report), report::calibration_sections(report.file.questions), std::move(findings),
                  "questions", report::calibration_highlights(report.file.questions)},
                 o.table);
}

}  // namespace

void add_calibrate_command(CLI::App& app, Common& common, Exit& exit) {
  auto* calibrate =
      app.add_subcommand("calibrate", "probabilities from scores, as far as the past allows; shown by score and lists");
  auto options = std::make_shared<CalibrateCliOptions>();
  calibrate->add_option("--model", common.model, "a model of models/, or a file; default: the active one");
  calibrate->add_option("--outcome", options->request.outcome, "one of the model's outcomes; default: the first");
  calibrate->add_option("--step", options->request.step_days, "days between as-of days; default: 28");
  calibrate->add_option("--treated-by", options->request.treated_by,
                        "an event that marks an account as worked on; may be repeated");
  calibrate->add_option("--curve", options->curve, "logistic, isotonic, or the best of both as data allow")
      ->capture_default_str();
  calibrate->add_flag("--refit", options->request.refit,
                      "new curves; default: curves that fit the model are kept, and two numbers follow what happened");
  calibrate->add_flag("--dry-run", options->dry_run, "write nothing");
  calibrate->add_option("--table", options->table,
                        "this table alone: questions, churn_by_score, churn_reliability ...");
  calibrate->add_option("--format", common.format, "table, json, csv or html");
  calibrate->add_option("--out", common.out, "write to this file");
  calibrate->add_option("--threads", common.threads, "default: all cores");
  calibrate->callback([&, options] {
    const auto output = calibrate_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
