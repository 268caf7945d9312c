// fit/result.h
//
// What a fit ends in: everything that its report shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fit/fit.h"
#include "fit/judge.h"
#include "validate/finding.h"

namespace kenko::fit {

/// A metric that a search found.
struct AddedMetric {
  std::string name, label, why, dimension, expression;
};

struct FitResult {
  std::string model, outcome, outcome_label;
  int32_t horizon = 0, gap = 0;
  Day first_train, last_train, first_judged, last_judged;  ///< as-of days
  size_t train_days = 0, judged_days = 0;
  int64_t train_rows = 0, between_rows = 0;
  plan::Plan before;  ///< what the fit began with: the author's, with the metrics of a search
  Fit fit;
  Judgement judgement;             ///< of the author's model and the fitted one, as the engine reckons it
  std::vector<AddedMetric> added;  ///< found by a search, which learnt from the same rows
  int64_t candidates = 0;          ///< metrics that the search looked at
  /// Share of the account-days in the author's worst band that somebody worked on; nullopt when nobody said how to
  /// tell.
  std::optional<double> treated_red;
  double days_spanned = 0;  ///< by the as-of days
  bool all_days = false;    ///< the file has seen the judged days too
  std::vector<validate::Finding> findings;
};

/// In words, most important first.
[[nodiscard]] std::vector<validate::Finding> findings_of(const FitResult& result);

}  // namespace kenko::fit
