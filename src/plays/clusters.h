// plays/clusters.h
//
// The difference of two means whose cases come in clusters (all accounts below one top parent), with intervals that
// hold their level when there are few clusters of very unequal size.  docs/PLAYS.md says the formulas and their
// sources.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/proportion.h"

namespace kenko::plays {

/// What is known of one cluster.
///
/// weight: its cases, or what they weigh together (ARR); > 0.  sum: of their values, each times its weight.
struct ClusterSum {
  double weight = 0;
  double sum = 0;
};

/// The weighted mean of clusters.
///
/// variance: cluster-robust (CR2, Bell and McCaffrey 2002): unbiased where cases are alike.
/// degrees:  of freedom of that variance (Satterthwaite); with m clusters of one size m - 1, with unequal ones fewer.
struct ClusterMean {
  double mean = 0;
  double variance = 0;
  double degrees = 0;
};
/// Requires at least two clusters.
[[nodiscard]] ClusterMean cluster_mean(std::span<const ClusterSum> clusters);

/// The degrees of freedom of the sum of two independent variances (Welch 1947).
[[nodiscard]] double welch_degrees(const ClusterMean& a, const ClusterMean& b);

/// The 95 % interval of mean(treated) - mean(held out) when which cluster was held out was drawn by lot: the
/// differences that such a lot does not refuse.
///
/// Method: the lot is drawn again over the same clusters, for every supposed difference taken off the treated, and the
///         difference of the drawn arms in its own standard errors compared (Wu and Ding 2021; Chung and Romano 2013):
///         exact for a difference that is the same for all, whatever the sizes and the skew; right for large numbers
///         where it differs.  All lots are gone through where there are few, else 1,999 drawn by `seed`.
/// nullopt: the lots are too few to refuse anything at 5 %, or an end lies beyond 30 standard errors.
[[nodiscard]] std::optional<stats::Interval> lot_interval(std::span<const ClusterSum> treated,
                                                          std::span<const ClusterSum> held_out, uint64_t seed);

/// The 95 % interval of a difference of shares, sums being the number of cases with the outcome: Newcombe's (1998,
/// method 10) of Wilson intervals, with as many cases as the clusters are worth (Kish 1965) and the quantile of t.
/// Requires two clusters in each arm, weights of one for each case.
[[nodiscard]] stats::Interval share_interval(std::span<const ClusterSum> treated, std::span<const ClusterSum> held_out);

/// The 95 % interval of one cluster_mean by t.
[[nodiscard]] stats::Interval mean_interval(const ClusterMean& mean);

}  // namespace kenko::plays
