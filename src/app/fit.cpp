#include "app/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "app/model_files.h"
#include "app/model_text.h"
#include "app/scoring.h"
#include "app/stopwatch.h"
#include "base/text.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

using validate::Panel;

constexpr double kRounding = 0.011;  // points: the engine's score is one of hundredths

Problem problem_of(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

// Where the new model goes; nothing is written over.
struct Target {
  std::string path, name;
};

Result<Target> target_of(const Workspace& workspace, const std::string& out, const std::string& model) {
  if (out.empty()) return Target{{}, model + "-fitted"};
  const bool path = out.find('/') != std::string::npos || out.ends_with(".yaml");
  Target target{path ? out : workspace.path("models/" + out + ".yaml"), std::filesystem::path(out).stem().string()};
  if (!path) target.name = out;
  if (!is_model_name(target.name)) {
    return problem_of("bad-name", fmt::format("`{}` cannot be the name of a model", target.name),
                      "use letters, digits, `_` and `-`");
  }
  if (ports::file_exists(target.path)) {
    return problem_of("file-exists", fmt::format("{} exists already", target.path),
                      "a fit never changes a model in place: name another file");
  }
  return target;
}

std::vector<double> scores_of(const Panel& panel, const fit::Rows& rows) {
  std::vector<double> out;
  for (const uint32_t r : rows) out.push_back(panel.score[r] / 100.0);
  return out;
}

std::vector<uint8_t> outcomes_of(const Panel& panel, const fit::Rows& rows) {
  std::vector<uint8_t> out;
  for (const uint32_t r : rows) out.push_back(panel.outcome_in[r]);
  return out;
}

std::optional<double> treated_red(const Panel& panel) {
  int64_t rows = 0, treated = 0;
  for (size_t r = 0; r < panel.rows(); ++r) {
    if (panel.band[r] != 0) continue;
    ++rows;
    treated += panel.treated[r];
  }
  if (rows == 0) return std::nullopt;
  return static_cast<double>(treated) / static_cast<double>(rows);
}

// The engine must score the written model as the fit reckoned: on every row where neither silence nor children, which
// the fit takes as they were, have a part.
Status check_scores(const Panel& learnt, const Panel& run, const plan::Plan& before, const plan::Plan& after,
                    int threads) {
  const fit::Parameters parameters(before, true);
  const fit::ScoreFunction function(before, learnt, parameters);
  const validate::PairedRows pairs = validate::pair_rows(learnt, run);
  const std::vector<double> reckoned = function.scores(function.numbers(after), pairs.before, threads);
  for (size_t i = 0; i < reckoned.size(); ++i) {
    const uint32_t r = pairs.after[i];
    if (function.rests_on_others(pairs.before[i]) || run.parts.silence[r] != 0 || run.parts.hierarchy[r] != 0 ||
        run.parts.rolled_up[r] == score::kNoScore) {
      continue;
    }
    if (std::abs(reckoned[i] - run.score[r] / 100.0) <= kRounding) continue;
    return problem_of(
        "fit-differs",
        fmt::format("on {} the fitted model scores {} with {:.2f}, but the fit reckoned {:.2f}",
                    run.days[run.day[r]].iso(), run.accounts[run.account[r]], run.score[r] / 100.0, reckoned[i]),
        "this is a bug of Kenko: please report it; nothing was written");
  }
  return Done{};
}

std::string number(const stats::Estimate& e, int places) {
  if (!e.value) return "unknown";
  if (!e.low) return fmt::format("{:.{}f}", *e.value, places);
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", *e.value, places, *e.low, places, *e.high, places);
}

std::vector<std::string> names_of(const std::vector<fit::AddedMetric>& added) {
  std::vector<std::string> out;
  for (const fit::AddedMetric& m : added) out.push_back(m.name);
  return out;
}

// What the file says of itself.
std::string header_of(const fit::FitResult& r) {
  const fit::Judgement& j = r.judgement;
  std::string out = fmt::format(
      "Fitted by `kenko fit` from the model {} to the outcome {} within {} days.\n"
      "Changed: weights, curves and cut-offs; everything else is as it was.\n",
      r.model, r.outcome, r.horizon);
  if (!r.added.empty()) out += fmt::format("Added by a search: {}.\n", text::join(names_of(r.added), ", "));
  out += fmt::format("Learnt from {} as-of days from {} to {}: {} account-days, {} accounts with the outcome.\n",
                     r.train_days, r.first_train.iso(), r.last_train.iso(), text::grouped(r.train_rows),
                     text::grouped(r.fit.accounts_with));
  out += fmt::format("On the {} as-of days from {} to {}, which {} never seen ({} account-days):\n", r.judged_days,
                     r.first_judged.iso(), r.last_judged.iso(),
                     r.all_days ? "the same fit learnt from the earlier days had" : "it has", text::grouped(j.rows));
  out += fmt::format("  area under the curve within a day {}, before {}, difference {}", number(j.auc_within.after, 3),
                     number(j.auc_within.before, 3), number(j.auc_within.difference, 3));
  if (r.all_days) out += "\nThis file was then learnt from all as-of days.";
  return out;
}

// One fit of one workspace.
class Fitter {
 public:
  Fitter(const Workspace& workspace, const FitRequest& request, Instant now)
      : workspace_(workspace), request_(request), now_(now) {}

  Result<FittedModel> run() {
    KENKO_TRY(const std::string path, model_path(workspace_, request_.panel.model));
    KENKO_TRY(text_, ports::read_file(path));
    KENKO_TRY(const LoadedModel author, load_model_text(workspace_, text_, path));
    KENKO_TRY(const Target target, target_of(workspace_, request_.out, author.plan.model));
    PanelRequest panel = request_.panel;
    panel.parts = true;
    KENKO_TRY(WorkspacePanel built, build_panel(workspace_, panel, now_));
    out_.assumed = std::move(built.assumed);
    const Panel author_panel = std::move(built.panel);
    out_.times.panel = watch_.lap();
    rows_ = fit::hold_out(author_panel);
    if (const auto problem = fit::too_few(author_panel, rows_)) return *problem;
    describe(author_panel);
    if (!request_.search) return fit_from(author_panel, author_panel, author.plan, target);
    KENKO_TRY_STATUS(search_in(path, author_panel));
    if (out_.result.added.empty()) {
      out_.times.search = watch_.lap();
      return fit_from(author_panel, author_panel, author.plan, target);
    }
    KENKO_TRY(const LoadedModel searched, load_model_text(workspace_, text_, path));
    KENKO_TRY(const Panel begun, run(text_, author.plan.model));
    out_.times.search = watch_.lap();
    return fit_from(author_panel, begun, searched.plan, target);
  }

 private:
  // Puts found metrics into text_.  The search sees the earlier rows alone, too.
  Status search_in(const std::string& path, const Panel& panel) {
    SearchOptions options;
    options.threads = request_.panel.threads;
    KENKO_TRY(Search found, search(workspace_, path, panel, rows_.train, options));
    out_.result.candidates = found.candidates;
    for (const FoundMetric& m : found.found) {
      out_.result.added.push_back({m.name, m.label, m.why, m.dimension, m.expression});
    }
    text_ = std::move(found.text);
    out_.times.searched = found.times;
    return Done{};
  }

  void describe(const Panel& panel) {
    fit::FitResult& r = out_.result;
    r.model = panel.model;
    r.outcome = panel.outcome;
    r.outcome_label = panel.outcome_label;
    r.horizon = panel.horizon;
    r.gap = panel.gap;
    r.first_train = panel.days[rows_.train_days.front()];
    r.last_train = panel.days[rows_.train_days.back()];
    r.first_judged = panel.days[rows_.test_days.front()];
    r.last_judged = panel.days[rows_.test_days.back()];
    r.train_days = rows_.train_days.size();
    r.judged_days = rows_.test_days.size();
    r.train_rows = std::ssize(rows_.train);
    r.between_rows = rows_.between;
    r.days_spanned = panel.days.back() - panel.days.front();
    r.all_days = request_.options.all_days;
    if (!request_.panel.treated_by.empty()) r.treated_red = treated_red(panel);
  }

  // author: what the fitted model is compared with; begun: of `plan`, which the fit starts from.
  Result<FittedModel> fit_from(const Panel& author, const Panel& begun, const plan::Plan& plan, const Target& target) {
    fit::FitResult& r = out_.result;
    r.before = plan;
    KENKO_TRY_STATUS(check_scores(begun, begun, plan, plan, request_.options.threads));
    r.fit = fit::fit(plan, begun, request_.options);
    out_.times.learnt = watch_.lap();
    KENKO_TRY(const std::string judged_text, rewrite_model(text_, "the model", plan, r.fit.judged, {target.name, {}}));
    KENKO_TRY(const Panel judged, run(judged_text, target.name));
    KENKO_TRY_STATUS(check_scores(begun, judged, plan, r.fit.judged, request_.options.threads));
    out_.times.scored_again = watch_.lap();
    judge(author, judged);
    out_.times.judged = watch_.lap();
    r.findings = fit::findings_of(r);
    KENKO_TRY(out_.text, rewrite_model(text_, "the model", plan, r.fit.plan, {target.name, header_of(r)}));
    if (r.all_days) {
      KENKO_TRY(const Panel all, run(out_.text, target.name));
      KENKO_TRY_STATUS(check_scores(begun, all, plan, r.fit.plan, request_.options.threads));
    } else {
      KENKO_TRY(const LoadedModel written, load_model_text(workspace_, out_.text, target.name));
      KENKO_TRY(const LoadedModel scored, load_model_text(workspace_, judged_text, target.name));
      if (written.plan.fingerprint != scored.plan.fingerprint) {
        return problem_of("fit-differs", "the file would not say what was judged",
                          "this is a bug of Kenko: please report it; nothing was written");
      }
    }
    out_.times.scored_again += watch_.lap();
    const bool same = r.fit.stays() && r.added.empty() && !request_.options.cut_off.asked();
    if (!target.path.empty() && !same) {
      KENKO_TRY_STATUS(ports::write_file(target.path, {out_.text}));
      out_.path = target.path;
    }
    return std::move(out_);
  }

  Result<Panel> run(const std::string& model_text, const std::string& name) {
    PanelRequest panel = request_.panel;
    panel.model = name;
    panel.text = model_text;
    panel.parts = true;
    KENKO_TRY(WorkspacePanel built, build_panel(workspace_, panel, now_));
    return std::move(built.panel);
  }

  void judge(const Panel& author, const Panel& fitted) {
    fit::FitResult& r = out_.result;
    const fit::Link before = fit::link_of(scores_of(author, rows_.train), outcomes_of(author, rows_.train));
    fit::Rows train;
    for (uint32_t row = 0; row < fitted.rows(); ++row) {
      if (fitted.days[fitted.day[row]] <= r.last_train) train.push_back(row);
    }
    const fit::Link after = fit::link_of(scores_of(fitted, train), outcomes_of(fitted, train));
    r.judgement = fit::judge(author, fitted, r.first_judged, r.last_judged, before, after, request_.judge);
  }

  const Workspace& workspace_;
  const FitRequest& request_;
  Instant now_;
  Stopwatch watch_;
  std::string text_;
  fit::HoldOut rows_;
  FittedModel out_;
};

}  // namespace

Result<FittedModel> fit_model(const Workspace& workspace, const FitRequest& request, Instant now) {
  return Fitter(workspace, request, now).run();
}

}  // namespace kenko::app
