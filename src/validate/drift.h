// validate/drift.h
//
// Did something move that should not have?  Each look compares the last weeks with a reference period; all looks are
// judged together.  docs/SEMANTICS.md#monitor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "stats/resamples.h"
#include "validate/panel.h"

namespace kenko::validate {

/// What a look looks at.
enum class LookKind : uint8_t {
  value,        ///< the mean of a metric's values
  shape,        ///< how a metric's values spread, whatever their mean
  missing,      ///< the share of accounts without a value of it: only a rise counts
  score,        ///< the mean score
  coverage,     ///< the mean coverage
  scored,       ///< the share of living accounts that have a score: only a fall counts
  feed,         ///< the days for which a source has been silent
  foretelling,  ///< the area under the curve within a day: only a fall counts
  rate,         ///< how many had the outcome for one that was stated
};
/// "value"
[[nodiscard]] std::string_view word(LookKind kind);

/// One comparison.
///
/// reference: the mean of the reference period; expected: what level and trend of it lead to expect now, the nearer
///            end; now: that of the last weeks.  Units: of the metric, else points, shares 0..1, days.
/// at_most:   of a shape: reference, expected, now are shares of the accounts that have so much of the metric at most;
///            none = they are mean distances from the median of the day.
/// effect:    by how much `now` lies beyond what is expected, in standard deviations of the accounts in the reference
///            period (value, missing, score, coverage, scored; of distances theirs), else in its own unit; with its 95
///            % interval.
/// p:         that an effect not worth speaking of would look like this by chance.
/// rate:      the smallest rate of false discoveries among all looks at which it counts.
struct Look {
  LookKind kind = LookKind::value;
  std::string subject;  ///< a metric or a source; empty where there is one only
  std::optional<double> reference, expected, now, at_most;
  stats::Estimate effect;
  int64_t accounts = 0;  ///< clusters that it rests on
  double p = 1, rate = 1;
  bool found = false;
};

struct DriftOptions {
  Day reference_until;  ///< days up to this one are the reference period, both ends included
  Day recent_from;      ///< days from this one on are the last weeks
  double least = 0.2;   ///< standard deviations: less is not worth speaking of
  /// By metric: look at it.  Empty = at all.
  std::vector<uint8_t> watched;
};
inline constexpr size_t kFewestReferenceDays = 4;
inline constexpr int64_t kFewestAccounts = 10;  ///< with a value, on each day
inline constexpr size_t kFewestGaps = 10;       ///< of a source

/// Values, shapes and missing values of the watched metrics, score, coverage and share of scored accounts.  Those that
/// cannot be judged (too few days or accounts) are left out.
[[nodiscard]] std::vector<Look> drift_looks(const Panel& snapshots, const DriftOptions& options);

/// A source's silence on `now` against the gaps between its fact days (ascending) in the year before its last one;
/// nullopt with fewer than kFewestGaps gaps.
[[nodiscard]] std::optional<Look> feed_look(const std::string& source, const std::vector<Day>& fact_days, Day now);

/// The chance of a deviation as large as `effect` in the direction of its sign when the truth is `least` or less, from
/// its standard error over so many clusters (Student's t by the approximation of Wallace 1959).
[[nodiscard]] double chance_of(double effect, double least, double error, int64_t clusters);

/// Sets rate and found of all looks together: false discoveries at most `rate` under any dependence (Benjamini and
/// Yekutieli 2001).
void judge(std::vector<Look>& looks, double rate);

}  // namespace kenko::validate
