// validate/paired.h
//
// Which of two models foretells better, on the same accounts and days.  docs/SEMANTICS.md#compare.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/resamples.h"
#include "validate/backtest.h"
#include "validate/finding.h"
#include "validate/model_effect.h"
#include "validate/paired_rows.h"

namespace kenko::validate {

/// One measure of both, and what the second gives more.
struct PairedMeasure : stats::PairedEstimate {
  std::string name;  ///< stable: "auc_within"
};

/// Account-days without a row on the common days, by reason.
struct PairedExclusion {
  Exclusion reason = Exclusion::gone;
  int64_t before = 0, after = 0;
};

/// Rows that one of them has alone.
struct Alone {
  int64_t rows = 0, accounts = 0, outcomes = 0;
};

/// The back-test of both.
struct Paired {
  BacktestOptions options;
  std::string outcome;
  int32_t horizon = 0, gap = 0;
  int64_t rows = 0, outcomes = 0, accounts = 0, accounts_with = 0;  ///< of the paired rows
  int64_t other_outcome = 0;
  Alone only_before, only_after;
  std::vector<PairedMeasure> measures;
  std::vector<PairedDay> days;
  std::vector<PairedExclusion> exclusions;  ///< those that occur
};

/// Deterministic.  Measures are taken on the paired rows alone; both are resampled together, by the clusters of
/// `after`.
[[nodiscard]] Paired compare_panels(const Panel& before, const Panel& after, const BacktestOptions& options);

/// Everything that `kenko compare` says.
struct Comparison {
  std::string before, after;                           ///< as a person names them: "saas as published on 2026-11-20"
  bool same_meaning = false;                           ///< both have one fingerprint
  std::vector<std::string> bands_before, bands_after;  ///< worst first
  int64_t scored = 0;                                  ///< accounts that one of them scores on the day
  std::optional<ModelEffect> effect;
  std::optional<Paired> paired;  ///< none: too little history
  std::vector<Finding> findings;
};

/// The findings of a finished comparison.
[[nodiscard]] std::vector<Finding> findings_of(const Comparison& comparison);

}  // namespace kenko::validate
