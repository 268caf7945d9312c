// app/search.h
//
// kenko fit --search: further metrics that the facts of a workspace support and the outcome bears out.
// docs/SEMANTICS.md#search.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "fit/boost.h"
#include "fit/shapes.h"
#include "validate/panel.h"

namespace kenko::app {

struct SearchOptions {
  int most = 12;            ///< metrics found
  size_t candidates = 300;  ///< looked at
  bool ours = false;        ///< what our own team does counts too
  int threads = 0;          ///< 0 = all cores
};

/// A metric that was found, ready to be written.
///
/// weight:    as it stands in the file, within its dimension.
/// direction: +1 = the higher, the better.
/// strength:  its range in the log odds of the outcome, when all others stay as they are.
/// valued:    share of the rows learnt from that have a value.
struct FoundMetric {
  std::string name, label, why, dimension, expression;
  int32_t min_observed = 0;  ///< days, 0 = the language's own rule
  fit::CurvePoints curve;
  double weight = 0, strength = 0, valued = 0;
  int direction = 1;
};

/// What a metric of the model's author is worth beside the found ones: its range in log odds, 0 = nothing.
struct GivenMetric {
  uint32_t metric = 0;  ///< position in the plan and the panel
  double strength = 0;
};

/// Units: seconds.
struct SearchTimes {
  double facts = 0, columns = 0, choice = 0;
};

/// text: the model with the found metrics, whose weights are in proportion to what they add to the author's metrics
///       together; the author's text when nothing was found.
struct Search {
  int64_t candidates = 0;  ///< looked at
  int64_t rows = 0;        ///< learnt from
  size_t folds = 0;        ///< 0: too few outcomes to choose by, nothing was looked for
  bool ordered = false;    ///< the folds are judged forward in time
  fit::BoostChoice choice;
  std::vector<FoundMetric> found;  ///< as they were chosen
  bool anew = false;               ///< the author's metrics were each weighed anew; else his score was taken as it is
  std::vector<GivenMetric> given;  ///< when weighed anew
  std::string text;
  SearchTimes times;
};

/// Learns from `rows` of the panel alone.  The panel is that of the model in `model_file` (path of a model file).
/// Errors: those of reading the model; "search-needs-mean" when its dimensions are not weighed against each other;
/// "search-flow-style"; storage problems.
[[nodiscard]] Result<Search> search(const Workspace& workspace, const std::string& model_file,
                                    const validate::Panel& panel, std::span<const uint32_t> rows,
                                    const SearchOptions& options);

}  // namespace kenko::app
