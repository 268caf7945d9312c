#include "app/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "app/model_change.h"
#include "app/publish.h"
#include "app/scoring.h"
#include "app/unchanged.h"

namespace kenko::app {
namespace {

using validate::Comparison;

constexpr const char* kPublished = "published";

// The model to compare with: its text where it was published, else its name.
struct Other {
  std::string shown, model, text;
};

Result<Other> other_model(const Workspace& workspace, const CompareRequest& request) {
  const bool file = !request.with.empty() && (request.with != kPublished || model_path(workspace, kPublished).ok());
  if (file) return Other{request.with, request.with, {}};
  KENKO_TRY(const auto publications, read_publications(workspace));
  if (!publications.empty()) {
    const state::Publication& last = publications.front();
    const std::string day = workspace.settings.time_zone.day_of(last.at).iso();
    std::string shown = fmt::format("{} as published on {}", last.model, day);
    return Other{shown, shown, last.text};
  }
  if (request.with.empty() && !workspace.settings.model.empty()) return Other{workspace.settings.model, {}, {}};
  return Problem{"nothing-to-compare",
                 {},
                 "no model was published yet",
                 "name another model by --with NAME, or publish one: kenko model publish --reason TEXT",
                 "",
                 Severity::error};
}

const plan::Outcome* find(const plan::Plan& plan, const std::string& name) {
  for (const plan::Outcome& o : plan.outcomes) {
    if (o.name == name) return &o;
  }
  return nullptr;
}

// The outcome that both are judged by.
Result<std::string> common_outcome(const plan::Plan& before, const plan::Plan& after, const std::string& wanted) {
  const std::string name = wanted.empty() ? before.outcomes.front().name : wanted;
  const plan::Outcome *one = find(before, name), *two = find(after, name);
  if (one == nullptr || two == nullptr) return name;  // who makes the panel says what is there
  if (one->horizon_days == two->horizon_days && one->gap_days == two->gap_days && one->kind == two->kind) return name;
  return Problem{"outcomes-differ",
                 {},
                 fmt::format("the outcome `{}` is not the same thing in both models", name),
                 "give both the same `within`, `gap` and rule, or name another by --outcome",
                 "",
                 Severity::error};
}

std::vector<std::string> band_names(const plan::Plan& plan) {
  std::vector<std::string> out;
  for (const plan::Band& b : plan.bands) out.push_back(b.name);
  return out;
}

Result<std::optional<validate::Paired>> back_test(const Workspace& workspace, const CompareRequest& request,
                                                  const Scoring& before, const Scoring& after) {
  PanelRequest panel = request.panel;
  KENKO_TRY(panel.outcome, common_outcome(before.plan(), after.plan(), request.panel.outcome));
  const auto one = build_panel(workspace, before, panel);
  const auto two = one ? build_panel(workspace, after, panel) : one;
  std::optional<validate::Paired> out;
  if (!two && two.problems().front().code == "too-little-history") return out;
  if (!two) return two.problems();
  out = validate::compare_panels(one->panel, two->panel, request.measures);
  return out;
}

}  // namespace

Result<Comparison> compare_with(const Workspace& workspace, const CompareRequest& request, Instant now) {
  KENKO_TRY(const Unchanged unchanged, Unchanged::since_now(workspace));
  KENKO_TRY(const Other other, other_model(workspace, request));
  ScoringRequest draft{request.draft, request.as_of, {}, request.panel.threads};
  KENKO_TRY(const auto after, Scoring::open(workspace, draft, now));
  ScoringRequest earlier{other.model, after->as_of(), {}, request.panel.threads};
  earlier.text = other.text;
  KENKO_TRY(const auto before, Scoring::open(workspace, earlier, now));
  Comparison out;
  out.before = other.shown;
  out.after = request.draft.empty() ? workspace.settings.model : request.draft;
  out.same_meaning = before->plan().fingerprint == after->plan().fingerprint;
  out.bands_before = band_names(before->plan());
  out.bands_after = band_names(after->plan());
  out.effect = effect_of(before->plan(), *after);
  out.scored = out.effect->both() + out.effect->gained + out.effect->lost;
  KENKO_TRY(out.paired, back_test(workspace, request, *before, *after));
  KENKO_TRY_STATUS(unchanged.still(workspace));
  out.findings = validate::findings_of(out);
  return out;
}

}  // namespace kenko::app
