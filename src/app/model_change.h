// app/model_change.h
//
// kenko model diff: what changed between two models, and whose score that changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/result.h"
#include "model/diff.h"
#include "validate/model_effect.h"

namespace kenko::app {

/// Which models.  Each is a name, a path, or the text of a publication.
struct ModelChangeRequest {
  std::string before;  ///< empty = the active model; of the active model itself, what was published of it last
  std::string after;   ///< empty = the active model
  bool with_data = true;
  std::optional<Day> as_of;
  int threads = 0;
};

using validate::BandMove;
using validate::ModelEffect;
using validate::ScoreMove;

struct ModelChange {
  std::string before, after;  ///< as a person names them: "saas", "saas as published on 2026-11-20"
  Hash128 fingerprint_before, fingerprint_after;
  std::vector<model::Difference> differences;
  std::optional<ModelEffect> effect;  ///< none: not asked for, or there are no facts
};

/// Errors: the models' problems; "nothing-to-compare" when the active model is to be compared with itself and was never
/// published; storage problems.
[[nodiscard]] Result<ModelChange> compare_models(const Workspace& workspace, const ModelChangeRequest& request,
                                                 Instant now);

/// Who is affected when `before` gives way to the model of `after`.
[[nodiscard]] ModelEffect effect_of(const plan::Plan& before, const Scoring& after);

}  // namespace kenko::app
