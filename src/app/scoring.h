// app/scoring.h
//
// A workspace ready to be scored: its facts, one model, and the engine bound to both.  Behind score, history, accounts
// and explain.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "engine/engine.h"
#include "explain/evidence.h"
#include "explain/summary.h"
#include "facts/portfolio.h"
#include "model/model.h"
#include "plan/plan.h"

namespace kenko::app {

/// Which model, and which facts.
struct ScoringRequest {
  std::string model;               ///< name (models/NAME.yaml) or path; empty = the active one of kenko.yaml
  std::optional<Day> as_of;        ///< none = the default day (app/clock.h)
  std::optional<Day> known_as_of;  ///< law (b): as if nothing had been known after the close of this day
  int threads = 0;                 ///< 0 = all cores
  std::string text = {};           ///< of a model that is no file yet, then `model` only names it; empty = none
};

/// Time spent, for the benchmark and --timing.  Units: seconds.
struct ScoringTimes {
  double model = 0;
  double facts = 0;
  double bind = 0;
};

/// Everything loaded.  Ownership: the engine points into the other members; immovable.
class Scoring {
 public:
  /// Errors: "no-model", the model's problems, "account-..." never; storage problems; "no-facts" when nothing was
  /// imported.
  [[nodiscard]] static Result<std::unique_ptr<Scoring>> open(const Workspace& workspace, const ScoringRequest& request,
                                                             Instant now);
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  [[nodiscard]] const model::Model& model() const { return model_; }
  [[nodiscard]] const plan::Plan& plan() const { return plan_; }
  [[nodiscard]] const facts::Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] const engine::Engine& engine() const { return *engine_; }
  [[nodiscard]] Day as_of() const { return as_of_; }
  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] const ScoringTimes& times() const { return times_; }

  /// "unknown-account" with a hint when there is none of this id (or, uniquely, of this name).
  [[nodiscard]] Result<uint32_t> find_account(const std::string& id_or_name) const;

 private:
  Scoring() = default;
  model::Model model_;
  plan::Plan plan_;
  facts::Portfolio portfolio_;
  std::unique_ptr<engine::Engine> engine_;
  Day as_of_;
  int threads_ = 1;
  ScoringTimes times_;
};

/// The path of a model: NAME -> DIR/models/NAME.yaml; a text with a slash or ending in .yaml is a path itself.
[[nodiscard]] Result<std::string> model_path(const Workspace& workspace, const std::string& name);

/// Reads, checks and lowers a model file.
struct LoadedModel {
  model::Model model;
  plan::Plan plan;
};
[[nodiscard]] Result<LoadedModel> load_model(const Workspace& workspace, const std::string& name);
/// The same of a text; `shown` names it in messages.
[[nodiscard]] Result<LoadedModel> load_model_text(const Workspace& workspace, const std::string& text,
                                                  const std::string& shown);

/// The model in words (model/print.h).
[[nodiscard]] Result<std::string> model_in_words(const Workspace& workspace, const std::string& name);

}  // namespace kenko::app
