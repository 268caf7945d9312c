#include "app/model_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "app/account_arr.h"
#include "app/account_search.h"
#include "model/load.h"
#include "plan/lower.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::app {
namespace {

struct Standing {
  int32_t score = score::kNoScore;
  std::string band;
};

std::map<uint32_t, Standing> standings(const engine::Engine& engine, Day as_of, int threads) {
  std::map<uint32_t, Standing> out;
  score::for_each_account(engine, as_of, threads, {}, [&](const score::AccountHistory& history) {
    const score::DayRow row = score::find_day(history, as_of);
    if (row.days == nullptr) return;
    Standing& standing = out[history.account];
    standing.score = row.scores->score[row.at];
    const plan::Band* band = score::band_on(engine.plan(), *row.scores, row.at);
    if (standing.score >= 0 && band != nullptr) standing.band = band->name;
  });
  return out;
}

void keep_largest(std::vector<ScoreMove>& moves) {
  constexpr size_t kShown = 10;
  std::sort(moves.begin(), moves.end(), [](const ScoreMove& a, const ScoreMove& b) {
    const int32_t size_a = std::abs(a.after - a.before), size_b = std::abs(b.after - b.before);
    return size_a != size_b ? size_a > size_b : a.account < b.account;
  });
  if (moves.size() > kShown) moves.resize(kShown);
}

int64_t arr_micros(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  const auto arr = arr_of(portfolio, account, day);
  return arr ? arr->micros : validate::kNoAmount;
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

// The newest publication of the model; none in a workspace that never published it.
Result<std::optional<state::Publication>> last_published(const Workspace& workspace, const std::string& model) {
  KENKO_TRY(auto state, open_state(workspace.dir));
  std::optional<state::Publication> out;
  if (!state) return out;
  KENKO_TRY(std::vector<state::Publication> all, state->publications());
  for (state::Publication& p : all) {
    if (p.model == model) out = std::move(p);
  }
  return out;
}

struct Named {
  std::string shown;
  LoadedModel loaded;
};

Result<Named> load_published(const Workspace& workspace, const std::string& name) {
  KENKO_TRY(const auto publication, last_published(workspace, name));
  if (!publication) {
    return Problem{
        "nothing-to-compare",
        {},
        fmt::format("`{}` is the active model and was never published: there is nothing to compare it with", name),
        "name two models, or publish it first: kenko model publish --reason TEXT",
        "",
        Severity::error};
  }
  const std::string shown = fmt::format("{} as published on {}", publication->model,
                                        workspace.settings.time_zone.day_of(publication->at).iso());
  KENKO_TRY(model::Model model, model::load(publication->text, shown, workspace.settings));
  KENKO_TRY(plan::Plan plan, plan::lower(model, workspace.settings));
  return Named{shown, {std::move(model), std::move(plan)}};
}

Status active_exists(const Workspace& workspace) {
  KENKO_TRY(const std::string path, model_path(workspace, ""));
  static_cast<void>(path);
  return Done{};
}

Result<Named> load_before(const Workspace& workspace, const ModelChangeRequest& request) {
  if (request.before.empty()) {
    KENKO_TRY(const std::string active, model_path(workspace, ""));
    KENKO_TRY(const std::string after, model_path(workspace, request.after));
    if (same_file(active, after)) return load_published(workspace, workspace.settings.model);
  }
  KENKO_TRY(LoadedModel loaded, load_model(workspace, request.before));
  return Named{request.before.empty() ? workspace.settings.model : request.before, std::move(loaded)};
}

}  // namespace

ModelEffect effect_of(const plan::Plan& before, const Scoring& after) {
  const engine::Engine old_engine(before, after.portfolio());
  ModelEffect out;
  out.as_of = after.as_of();
  auto then = standings(old_engine, out.as_of, after.threads());
  const auto now = standings(after.engine(), out.as_of, after.threads());
  std::map<std::pair<std::string, std::string>, BandMove> bands;
  const facts::Portfolio& portfolio = after.portfolio();
  for (const auto& [account, is] : now) {
    const Standing was = then[account];
    const ScoreMove move{portfolio.accounts[account],
                         account_name(portfolio, account),
                         was.score,
                         is.score,
                         was.band,
                         is.band,
                         arr_micros(portfolio, account, out.as_of)};
    if (was.band != is.band) {
      BandMove& moved = bands[{was.band, is.band}];
      ++moved.accounts;
      if (move.arr != validate::kNoAmount) moved.arr += move.arr;
      out.movers.push_back(move);
    }
    if (was.score < 0 && is.score >= 0) ++out.gained;
    if (was.score >= 0 && is.score < 0) ++out.lost;
    if (was.score < 0 || is.score < 0) continue;
    const int32_t change = is.score - was.score;
    ++(change > 0 ? out.up : change < 0 ? out.down : out.unchanged);
    out.sum_hundredths += change;
    if (change != 0) out.largest.push_back(move);
  }
  keep_largest(out.largest);
  for (const auto& [move, moved] : bands) out.bands.push_back({move.first, move.second, moved.accounts, moved.arr});
  std::stable_sort(out.bands.begin(), out.bands.end(),
                   [](const BandMove& a, const BandMove& b) { return a.accounts > b.accounts; });
  std::stable_sort(out.movers.begin(), out.movers.end(),
                   [](const ScoreMove& a, const ScoreMove& b) { return a.arr > b.arr; });
  return out;
}

Result<ModelChange> compare_models(const Workspace& workspace, const ModelChangeRequest& request, Instant now) {
  if (request.before.empty() || request.after.empty()) {  // said once, not of both
    KENKO_TRY_STATUS(active_exists(workspace));
  }
  Problems problems;
  const auto before = load_before(workspace, request);
  if (!before) problems = before.problems();
  const auto after = load_model(workspace, request.after);
  if (!after) problems.insert(problems.end(), after.problems().begin(), after.problems().end());
  if (!problems.empty()) return problems;
  ModelChange out;
  out.before = before->shown;
  out.after = request.after.empty() ? workspace.settings.model : request.after;
  out.fingerprint_before = before->loaded.plan.fingerprint;
  out.fingerprint_after = after->plan.fingerprint;
  out.differences = model::differences(before->loaded.model, after->model);
  if (!request.with_data) return out;
  const auto scoring = Scoring::open(workspace, {request.after, request.as_of, {}, request.threads}, now);
  if (!scoring && scoring.problems().front().code == "no-facts") return out;
  if (!scoring) return scoring.problems();
  out.effect = effect_of(before->loaded.plan, **scoring);
  return out;
}

}  // namespace kenko::app
