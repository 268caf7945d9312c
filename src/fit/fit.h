// fit/fit.h
//
// From a panel to a model with other numbers.  docs/SEMANTICS.md#fit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "fit/folds.h"
#include "fit/strength.h"
#include "plan/plan.h"
#include "validate/panel.h"

namespace kenko::fit {

/// Fewer different accounts with the outcome (or without) on the earlier days: no fit.
inline constexpr int64_t kFewestToFit = 20;
/// At least so many accounts with the outcome stand behind each effective parameter.
inline constexpr double kOutcomesPerParameter = 3;

/// Where the lowest cut-off goes.  Neither: every cut-off keeps its share of account-days.
struct CutOff {
  std::optional<double> capacity;    ///< the share of account-days below it, 0..1
  std::optional<double> cost_ratio;  ///< what a miss costs, over what a false alarm costs, > 0
  [[nodiscard]] bool asked() const { return capacity || cost_ratio; }
};

struct FitOptions {
  CutOff cut_off;
  bool all_days = false;  ///< the model that is written has seen the late days too
  int threads = 1;
};

/// One metric before and after.
struct MetricChange {
  uint32_t metric = 0;
  double share_before = 0, share_after = 0;  ///< of the whole score, by weights of the model itself
  double loss_without = 0;                   ///< Chosen::loss_without
  bool useless = false;                      ///< lost four fifths of its share or more, and is not missed when left out
};

struct Fit {
  HoldOut rows;
  int64_t accounts_with = 0;  ///< different accounts with the outcome in rows.train
  size_t parameters = 0;
  Chosen chosen;
  plan::Plan judged;                  ///< learnt from rows.train alone
  plan::Plan plan;                    ///< to be written: `judged`, or learnt from all rows
  std::vector<double> train_scores;   ///< by `judged`, of rows.train
  std::vector<MetricChange> metrics;  ///< in the plan's order, scored ones
  [[nodiscard]] bool stays() const { return chosen.best().hold.everything(); }
};

/// The problem "too-few-outcomes" when the earlier days have not enough to learn from; it says how many are needed.
[[nodiscard]] std::optional<Problem> too_few(const validate::Panel& panel, const HoldOut& rows);

/// Requires Panel::parts and enough outcomes.  Deterministic, whatever the number of threads.
[[nodiscard]] Fit fit(const plan::Plan& plan, const validate::Panel& panel, const FitOptions& options);

/// Gives `after` cut-offs: by the scores of both plans on the same rows; quantile bands stay.
void set_bands(const plan::Plan& before, plan::Plan& after, const validate::Panel& panel,
               std::span<const uint32_t> rows, std::span<const double> scores, const Link& link, const CutOff& cut_off);

}  // namespace kenko::fit
