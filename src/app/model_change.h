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

namespace kenko::app {

/// Which models.  Each is a name, a path, or the text of a publication.
struct ModelChangeRequest {
  std::string before;  ///< empty = the active model; of the active model itself, what was published of it last
  std::string after;   ///< empty = the active model
  bool with_data = true;
  std::optional<Day> as_of;
  int threads = 0;
};

/// One account whose score is another.  Units: hundredths; score::kNoScore = none.
struct ScoreMove {
  std::string account, name;
  int32_t before = score::kNoScore, after = score::kNoScore;
  std::string band_before, band_after;  ///< empty = none
};

/// So many accounts stood in one band and would stand in another; an empty name = no score.
struct BandMove {
  std::string before, after;
  int64_t accounts = 0;
};

/// Who is affected on one day.  up, down and unchanged are the accounts that both models score.
struct ModelEffect {
  Day as_of;
  int64_t up = 0, down = 0, unchanged = 0;
  int64_t gained = 0, lost = 0;    ///< scored by the later, by the earlier model alone
  int64_t sum_hundredths = 0;      ///< of the changes of those that both score
  std::vector<BandMove> bands;     ///< where the band differs; most accounts first
  std::vector<ScoreMove> largest;  ///< the 10 largest changes, by their size, then by account
  [[nodiscard]] int64_t both() const { return up + down + unchanged; }
};

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
