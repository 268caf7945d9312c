// stats/ranking.h
//
// How well a number puts the cases that came true before the others: measures over cases sorted once, which a bootstrap
// then reweighs thousands of times in one pass each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/resamples.h"

namespace kenko::stats {

/// How often each cluster counts in one resample; empty = every cluster once.
using Times = std::span<const uint16_t>;

/// What the riskiest part of the cases holds.
struct Captured {
  double chosen = 0;                                    ///< cases chosen
  double found = 0;                                     ///< of these, with the outcome
  double amount_found = 0;                              ///< of the found
  double cases = 0, outcomes = 0, amount_outcomes = 0;  ///< of all

  [[nodiscard]] std::optional<double> precision() const;      ///< found / chosen
  [[nodiscard]] std::optional<double> recall() const;         ///< found / outcomes
  [[nodiscard]] std::optional<double> amount_recall() const;  ///< amount found / amount of all outcomes
  [[nodiscard]] std::optional<double> lift() const;           ///< precision / (outcomes / cases)
};

/// Cases sorted by falling risk.
///
/// risk:    any finite number, the higher the sooner; equal risks are one tie.
/// outcome: 0 or 1.  cluster: which resampling unit the case belongs to, 0-based.
/// stratum: cases are compared within one only in auc_within (an as-of date); empty = all the same.
/// Ownership: copies what it needs.  Threads: const functions may be called from many.
class Ranking {
 public:
  Ranking(std::span<const double> risk, std::span<const uint8_t> outcome, std::span<const uint32_t> cluster,
          std::span<const uint32_t> stratum = {}, std::span<const double> amount = {});

  [[nodiscard]] size_t size() const { return all_.others.size() + all_.with.size(); }
  /// Smallest number of `Times` entries that the measures need.
  [[nodiscard]] size_t clusters() const { return clusters_; }

  /// Chance that a case with the outcome has the higher risk than one without, ties half (Hanley and McNeil 1982).
  /// nullopt when one of the two kinds is missing.
  [[nodiscard]] std::optional<double> auc(Times times = {}) const;
  /// The same over pairs within one stratum, all pairs weighing the same.
  [[nodiscard]] std::optional<double> auc_within(Times times = {}) const;
  /// Average precision: the sum over distinct risks of (gain in recall) x precision, as scikit-learn defines it.
  [[nodiscard]] std::optional<double> average_precision(Times times = {}) const;
  /// The riskiest `share` of the cases, 0 < share <= 1.  Of a tie at the border the part that fits is taken in
  /// proportion, so that the answer does not depend on an order among equals.
  [[nodiscard]] Captured capture(double share, Times times = {}) const;

  /// auc, average_precision and capture in one pass.
  struct Pooled {
    std::optional<double> auc, average_precision;
    Captured captured;
  };
  [[nodiscard]] Pooled pooled(double share, Times times = {}) const;

 private:
  /// A run of cases without the outcome, then the tie below it, in which there are some with it (but for the last block
  /// of a stratum).  Ends are positions in `others` and `with`.
  struct Block {
    uint32_t run_end = 0, tie_end = 0, with_end = 0;
    bool last = false;  ///< of its stratum
  };
  /// Clusters of the cases, by falling risk within their stratum.  Most cases have no outcome, and between two that
  /// have one only their number matters: a resample adds them up without looking at each.
  struct Sorted {
    std::vector<uint32_t> others, with;
    std::vector<double> amount;  ///< of `with`; empty = none
    std::vector<Block> blocks;
  };
  static Sorted sort(std::span<const double> risk, std::span<const uint8_t> outcome, std::span<const uint32_t> cluster,
                     std::span<const uint32_t> stratum, std::span<const double> amount);
  template <bool kWeighted>
  static std::optional<double> pairs(const Sorted& cases, Times times);
  template <bool kWeighted>
  Pooled pool(double share, Times times) const;

  size_t clusters_ = 0;
  std::vector<uint32_t> cases_of_;  ///< by cluster
  Sorted all_, within_;
};

/// Harrell's concordance over time: of all pairs in which one is known to have had the outcome earlier, the share in
/// which that one had the higher risk, ties of risk half (Harrell 1982).
///
/// time: days to the outcome, or to the last day seen where event is 0.  Two events at the same time are no pair; an
///       event and a censoring at the same time are one, the censored case having lasted longer.
/// cluster: resampling units; the interval is that of the normal distribution with the error that the influence of each
///          cluster gives (the infinitesimal jackknife; Efron 1982, 6).  Without clusters there is none.
/// No value when there is no such pair.  Cost: n log n.
[[nodiscard]] Estimate concordance(std::span<const double> risk, std::span<const double> time,
                                   std::span<const uint8_t> event, std::span<const uint32_t> cluster = {});

}  // namespace kenko::stats
