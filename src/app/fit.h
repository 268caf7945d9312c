// app/fit.h
//
// kenko fit: a model file with the numbers that past outcomes ask for.  docs/SEMANTICS.md#fit.
#pragma once

#include <optional>
#include <string>

#include "app/panel.h"
#include "app/search.h"
#include "app/workspace.h"
#include "base/result.h"
#include "fit/result.h"

namespace kenko::app {

struct FitRequest {
  PanelRequest panel;
  fit::FitOptions options;
  fit::JudgeOptions judge;
  bool search = false;  ///< look for further metrics first
  std::string out;      ///< NAME (models/NAME.yaml) or the path of a new file; empty = nothing is written
};

/// Units: seconds.
///
/// panel: of the author's model.  search: all of it, with the panel of the model that it ends in.  learnt: strengths
///        tried on folds, then all rows.  scored_again: the panels of what is written.  judged: with 1,000 resamples.
struct FitTimes {
  double panel = 0, search = 0, learnt = 0, scored_again = 0, judged = 0;
  SearchTimes searched;
};

struct FittedModel {
  fit::FitResult result;
  std::string path;                  ///< of the file that was written; empty = none: not asked for, or nothing changed
  std::string text;                  ///< of the fitted model
  std::vector<std::string> assumed;  ///< sources whose clocks are assumed
  FitTimes times;
};

/// Errors: those of build_panel; "too-few-outcomes"; "bad-name", "file-exists" (nothing is ever overwritten);
/// "fit-differs" when the written model does not score as the fit reckoned it.
[[nodiscard]] Result<FittedModel> fit_model(const Workspace& workspace, const FitRequest& request, Instant now);

}  // namespace kenko::app
