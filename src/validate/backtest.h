// validate/backtest.h
//
// Does the score foretell?  Every measure of a back-test, from the panel alone.  docs/SEMANTICS.md#back-test has the
// definitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "stats/probability.h"
#include "stats/resamples.h"
#include "validate/finding.h"
#include "validate/panel.h"

namespace kenko::validate {

/// Below this many accounts with the outcome nothing is claimed; below kEnoughOutcomes intervals are called wide.
inline constexpr int64_t kFewestOutcomes = 20;
inline constexpr int64_t kEnoughOutcomes = 100;

struct BacktestOptions {
  int resamples = 1000;
  uint64_t seed = 1;
  int threads = 1;
  double capacity = 0.1;         ///< share of the accounts that a team can work on, 0 < capacity <= 1
  std::vector<int32_t> cutoffs;  ///< hundredths of a point; empty = where the bands begin
  bool in_parts = true;          ///< false: discrimination, bands and probabilities alone, without anything else
};

/// How well the score parts those with the outcome from those without.
struct Discrimination {
  int64_t rows = 0, outcomes = 0;           ///< account-days
  int64_t accounts = 0, accounts_with = 0;  ///< different accounts
  stats::Estimate auc, auc_within, average_precision, concordance;
  stats::Estimate precision, recall, lift, amount_recall;  ///< of the riskiest `capacity`
};

/// What became of one band; `arr` in millionths, of the rows that have one.
struct BandLine {
  std::string name;
  int64_t rows = 0, outcomes = 0;
  stats::Estimate rate;
  int64_t arr = 0, arr_lost = 0;
};

/// Both errors of acting on every score below a cut-off.
struct CutoffLine {
  int32_t cutoff = 0;  ///< hundredths
  int64_t found = 0, false_alarms = 0, missed = 0, left_alone = 0;
  int64_t arr_found = 0, arr_false_alarms = 0, arr_missed = 0;
  stats::Estimate precision, recall;
  /// Days from the first as-of day of the last unbroken stay below the cut-off to the decision, of the accounts that
  /// were below it on the last as-of day before; the median, and how many.
  std::optional<double> lead_median;
  int64_t leads = 0;
};

/// One as-of day, or one segment.
struct PartLine {
  std::string name;
  int64_t rows = 0, outcomes = 0;
  stats::Estimate auc;
};

/// Mean scores so long before the decision, against accounts without the outcome on the same as-of days, of the same
/// segment and as far from their renewal.
struct PathLine {
  int32_t days_before = 0;
  int64_t leavers = 0, stayers = 0;
  std::optional<double> leavers_mean, stayers_mean;      ///< points
  std::optional<double> leavers_change, stayers_change;  ///< of the score in 30 days
  int64_t fell_and_left = 0, fell_and_stayed = 0;        ///< of all rows of these as-of days that fell as far
};

/// One metric alone.
struct MetricLine {
  std::string name, label;
  bool ours = false;
  double covered = 0;   ///< share of rows that have points
  stats::Estimate auc;  ///< of its points, over the rows that have them
  std::string alike;    ///< the metric whose points go most alike
  double alike_by = 0;  ///< Spearman's correlation with it, -1..1
};

/// An account with the outcome that scored in the best band on the last as-of day before.
struct MissLine {
  uint32_t account = 0;
  Day as_of;
  int32_t score = 0, coverage = 0;
  int8_t band = -1;
  int32_t to_outcome = 0;
  int64_t arr = kNoAmount;
  std::string reason;                 ///< why it left, as its fact says
  std::vector<uint32_t> best, worst;  ///< metrics with the most and the fewest points, at most 3 each
};

/// Probabilities stated forward in time: those of an as-of day come from a logistic curve of score and change through
/// the as-of days whose horizon had ended by then.
struct Forward {
  int64_t rows = 0, outcomes = 0;
  std::optional<double> brier, log_loss;
  stats::Estimate brier_gain;        ///< by which its Brier score is better than that of brier_base
  std::optional<double> brier_base;  ///< of the rate of those earlier days, stated for everybody
  stats::Estimate slope, intercept;  ///< of the outcome on the stated log odds; 1 and 0 are right
  std::vector<stats::ReliabilityBin> bins;
  std::vector<double> p;  ///< by row of the panel, NaN without one
};

/// The score without metrics that rest on what our own team does or thinks.
struct WithoutOurs {
  bool any = false;           ///< the model scores such metrics
  std::vector<double> score;  ///< by row, points; kNothing = it cannot be reckoned exactly; empty where there are none
};

struct Backtest {
  BacktestOptions options;
  Discrimination all, untreated;
  bool any_ours = false;                                       ///< the model scores metrics that are ours
  int64_t ours_rows = 0;                                       ///< whose score without them is known
  stats::Estimate auc_without_ours, auc_with_ours, ours_gain;  ///< within one as-of day, on these rows; the difference
  std::vector<BandLine> bands;                                 ///< worst first
  std::optional<double> trend_p;  ///< of the test that the rate falls from band to band (by accounts)
  std::vector<CutoffLine> cutoffs;
  std::vector<PartLine> days, segments;
  std::vector<PathLine> paths;
  std::vector<MetricLine> metrics;  ///< strongest first
  std::vector<MissLine> misses;
  Forward forward;
  std::optional<double> shuffled_auc;  ///< mean area with outcomes shuffled among accounts within each as-of day
  std::vector<Finding> findings;
};

/// Deterministic: neither threads nor anything but panel and options matter.
[[nodiscard]] Backtest backtest(const Panel& panel, const BacktestOptions& options,
                                const WithoutOurs& without_ours = {});

/// Forward probabilities alone.
[[nodiscard]] Forward forward_probabilities(const Panel& panel, const BacktestOptions& options = {});

/// The findings of a finished back-test; backtest() calls it.
[[nodiscard]] std::vector<Finding> findings_of(const Panel& panel, const Backtest& result);

}  // namespace kenko::validate
