#include "app/calibrate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/unchanged.h"
#include "engine/peers.h"
#include "ports/files.h"
#include "validate/cases.h"

namespace kenko::app {
namespace {

using validate::Calibration;
using validate::Cases;
using validate::Question;

// The questions that the facts allow, each with what the past says.
struct Asked {
  Cases cases;
  std::string outcome, label;
  int32_t gap = 0;
};

std::vector<Asked> asked(const validate::Panel& panel, const validate::Panel& open, const engine::Engine& engine) {
  std::vector<Asked> out;
  out.push_back({validate::churn_cases(panel), panel.outcome, panel.outcome_label, panel.gap});
  out.push_back({validate::renewal_cases(open, engine), "renewal", "Renewal", 0});
  const auto expansion = validate::expansion_outcome(engine.plan());
  Asked last{validate::expansion_cases(panel, engine), "account.expanded", "Expansion", 0};
  if (expansion) {
    const plan::Outcome& o = engine.plan().outcomes[*expansion];
    last.outcome = o.name;
    last.label = o.label;
    last.gap = o.gap_days;
  }
  out.push_back(std::move(last));
  for (Asked& a : out) a.cases.begin = engine::first_event_day(engine.portfolio());
  return out;
}

// The calibration that is there, when it fits the model; its curves are kept.
std::optional<CalibrationFile> kept(const std::string& path, const CalibrationFile& wanted,
                                    const std::string& outcome) {
  if (!ports::file_exists(path)) return std::nullopt;
  const auto text = ports::read_file(path);
  if (!text) return std::nullopt;
  auto file = read_calibration(*text, path);
  if (!file || file->fingerprint != wanted.fingerprint || file->outcomes != wanted.outcomes) return std::nullopt;
  const bool same = std::any_of(file->questions.begin(), file->questions.end(), [&](const Calibration& c) {
    return c.question == Question::churn && c.outcome == outcome;
  });
  if (!same) return std::nullopt;
  return std::move(*file);
}

const Calibration* find(const CalibrationFile& file, Question question) {
  for (const Calibration& c : file.questions) {
    if (c.question == question) return &c;
  }
  return nullptr;
}

// A curve that was once believed stays, and two numbers follow what happened since; any other is learnt anew.
Calibration answer(const Asked& what, const Calibration* before, validate::Form form, bool& remapped) {
  Calibration out;
  const bool keep = before != nullptr && !before->curve.coefficient.empty() &&
                    (before->usable() || before->remap.from) && before->until < what.cases.seen;
  if (keep) {
    out = *before;
    validate::remap(what.cases, out);
    remapped = true;
  } else {
    out = validate::calibrate(what.cases, what.gap, form);
  }
  out.outcome = what.outcome;
  out.label = what.label;
  return out;
}

size_t position_of(const plan::Plan& plan, const std::string& outcome) {
  size_t i = 0;
  while (i < plan.outcomes.size() && plan.outcomes[i].name != outcome) ++i;
  return i;
}

}  // namespace

Result<CalibrateReport> calibrate(const Workspace& workspace, const CalibrateRequest& request, Instant now) {
  KENKO_TRY(const Unchanged unchanged, Unchanged::since_now(workspace));
  ScoringRequest scoring_request;
  scoring_request.model = request.model;
  scoring_request.threads = request.threads;
  KENKO_TRY(const auto scoring, Scoring::open(workspace, scoring_request, now));
  PanelRequest panel_request;
  panel_request.model = request.model;
  panel_request.outcome = request.outcome;
  panel_request.step_days = request.step_days;
  panel_request.treated_by = request.treated_by;
  panel_request.threads = request.threads;
  KENKO_TRY(const WorkspacePanel built, build_panel(workspace, *scoring, panel_request));
  const validate::Panel& panel = built.panel;
  WorkspacePanel open;  // a renewal may be nearer than the horizon
  if (!scoring->portfolio().contracts.empty()) {
    panel_request.open = true;
    KENKO_TRY(open, build_panel(workspace, *scoring, panel_request));
  }
  CalibrateReport report;
  report.assumed = built.assumed;
  report.rows = static_cast<int64_t>(panel.rows());
  report.treated = std::count(panel.treated.begin(), panel.treated.end(), uint8_t{1});
  CalibrationFile& file = report.file;
  file.model = scoring->plan().model;
  file.fingerprint = scoring->plan().fingerprint.hex();
  file.outcomes = outcomes_fingerprint(scoring->model(), scoring->plan(), position_of(scoring->plan(), panel.outcome));
  file.made = now;
  const std::string path = calibration_path(workspace, file.model);
  const auto before = request.refit ? std::nullopt : kept(path, file, panel.outcome);
  for (const Asked& what : asked(panel, open.panel, scoring->engine())) {
    const Calibration* old = before ? find(*before, what.cases.question) : nullptr;
    file.questions.push_back(answer(what, old, request.form, report.remapped));
  }
  KENKO_TRY_STATUS(unchanged.still(workspace));
  if (!request.keep) return report;
  KENKO_TRY_STATUS(ports::make_folder(workspace.path("calibrations")));
  const std::string text = calibration_text(file);
  KENKO_TRY_STATUS(ports::write_file(path, {text}));
  report.path = path;
  return report;
}

const validate::Prospect* Prospects::of(uint32_t account) const {
  const auto at = std::lower_bound(accounts.begin(), accounts.end(), account,
                                   [](const validate::Prospect& p, uint32_t wanted) { return p.account < wanted; });
  return at == accounts.end() || at->account != account ? nullptr : &*at;
}

Prospects prospects_of(const Scoring& scoring, const CalibrationInForce& calibration,
                       std::span<const uint32_t> accounts) {
  return {validate::prospects(scoring.engine(), calibration.questions(), calibration.outcome, scoring.as_of(),
                              scoring.threads(), accounts)};
}

void add_prospect(const Scoring& scoring, const CalibrationInForce& calibration, report::ExplainView& view) {
  const std::array<uint32_t, 1> one{view.account};
  const Prospects found = prospects_of(scoring, calibration, one);
  if (found.accounts.empty() || !calibration.file) return;
  view.prospect = found.accounts.front();
  view.calibrations = calibration.file->questions;
}

}  // namespace kenko::app
