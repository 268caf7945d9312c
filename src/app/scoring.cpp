#include "app/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/account_search.h"
#include "app/clock.h"
#include "app/portfolio.h"
#include "app/stopwatch.h"
#include "base/text.h"
#include "base/threads.h"
#include "model/load.h"
#include "model/print.h"
#include "plan/lower.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

std::vector<std::string> model_names(const Workspace& workspace) {
  std::vector<std::string> names;
  for (const std::string& file : ports::list_files(workspace.path("models"))) {
    if (file.ends_with(".yaml")) names.push_back(file.substr(0, file.size() - 5));
  }
  return names;
}

}  // namespace

Result<std::string> model_path(const Workspace& workspace, const std::string& name) {
  const std::string& wanted = name.empty() ? workspace.settings.model : name;
  if (wanted.empty()) {
    return Problem{"no-model",
                   {workspace.path(kSettingsFile), 0, 0, "model"},
                   "no model is active",
                   "put one into models/ and name it with `model:` in kenko.yaml, or use --model",
                   "",
                   Severity::error};
  }
  const bool path = wanted.find('/') != std::string::npos || wanted.ends_with(".yaml");
  const std::string file = path ? wanted : workspace.path("models/" + wanted + ".yaml");
  if (ports::file_exists(file)) return file;
  return Problem{"no-model",
                 {},
                 fmt::format("there is no model `{}` ({})", wanted, file),
                 text::did_you_mean(wanted, model_names(workspace)),
                 "",
                 Severity::error};
}

Result<LoadedModel> load_model(const Workspace& workspace, const std::string& name) {
  KENKO_TRY(const std::string path, model_path(workspace, name));
  KENKO_TRY(const std::string text, ports::read_file(path));
  std::error_code ignored;
  std::string shown = std::filesystem::proximate(path, ignored).string();
  if (shown.empty() || shown.size() > path.size()) shown = path;
  return load_model_text(workspace, text, shown);
}

Result<LoadedModel> load_model_text(const Workspace& workspace, const std::string& text, const std::string& shown) {
  KENKO_TRY(model::Model model, model::load(text, shown, workspace.settings));
  KENKO_TRY(plan::Plan plan, plan::lower(model, workspace.settings));
  return LoadedModel{std::move(model), std::move(plan)};
}

Result<std::string> model_in_words(const Workspace& workspace, const std::string& name) {
  KENKO_TRY(const LoadedModel loaded, load_model(workspace, name));
  return model::print_model(loaded.model);
}

Result<std::unique_ptr<Scoring>> Scoring::open(const Workspace& workspace, const ScoringRequest& request, Instant now) {
  Stopwatch watch;
  std::unique_ptr<Scoring> out(new Scoring);
  KENKO_TRY(LoadedModel loaded, request.text.empty() ? load_model(workspace, request.model)
                                                     : load_model_text(workspace, request.text, request.model));
  out->model_ = std::move(loaded.model);
  out->plan_ = std::move(loaded.plan);
  out->times_.model = watch.lap();

  KENKO_TRY(auto state, open_state(workspace.dir));
  const Problem none{"no-facts",     {}, "this workspace has no facts yet", "import some: kenko import FILE...", "",
                     Severity::error};
  if (!state) return none;
  facts::Cut cut;
  if (request.known_as_of) cut.known_until = close_of(*request.known_as_of, workspace.settings);
  KENKO_TRY(out->portfolio_, load_portfolio(workspace.dir, *state, workspace.settings, cut));
  if (!out->portfolio_.newest_day && !request.known_as_of) return none;
  out->times_.facts = watch.lap();

  out->threads_ = threads_for(request.threads);
  out->as_of_ = request.as_of ? *request.as_of : default_as_of(now, workspace.settings, out->portfolio_.newest_day);
  constexpr int32_t kFarthestDays = 3660;
  const Day newest = out->portfolio_.newest_day.value_or(out->as_of_);
  if (out->as_of_ - newest > kFarthestDays) {
    return Problem{"bad-day",
                   {},
                   fmt::format("{} is more than ten years after the newest fact ({})", out->as_of_.iso(), newest.iso()),
                   "name an earlier day",
                   "",
                   Severity::error};
  }
  out->engine_ = std::make_unique<engine::Engine>(out->plan_, out->portfolio_);
  out->times_.bind = watch.lap();
  return out;
}

Result<uint32_t> Scoring::find_account(const std::string& wanted) const {
  return app::find_account(portfolio_, wanted);
}

}  // namespace kenko::app
