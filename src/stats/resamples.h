// stats/resamples.h
//
// The bootstrap over clusters: an account's rows, or those of all accounts below one parent, are drawn together,
// because they are not independent of each other (Efron and Tibshirani 1993, 8.3; Field and Welsh 2007).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace kenko::stats {

/// An estimate with its 95 % interval.  Bounds are nullopt where fewer than 9 in 10 resamples had a value.
struct Estimate {
  std::optional<double> value;
  std::optional<double> low, high;
  friend bool operator==(const Estimate&, const Estimate&) = default;
};

/// Numbered resamples of n clusters, each drawn with replacement.  Resample i is the same whatever was asked before.
class Resamples {
 public:
  Resamples(size_t clusters, int count, uint64_t seed) : clusters_(clusters), count_(count), seed_(seed) {}
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] size_t clusters() const { return clusters_; }
  /// How often each cluster is in resample `number`; `times` gets clusters() entries.
  void draw(int number, std::vector<uint16_t>& times) const;

 private:
  size_t clusters_;
  int count_;
  uint64_t seed_;
};

/// Several measures of one resample; the entries of `out` are nullopt where a measure has no value.
using Measures = std::function<void(std::span<const uint16_t> times, std::span<std::optional<double>> out)>;

/// The measures on all clusters once (times = 1 each), with percentile intervals over all resamples.  The result does
/// not depend on `threads`.  `measures` is called from several threads.
[[nodiscard]] std::vector<Estimate> bootstrap(const Resamples& resamples, size_t measure_count,
                                              const Measures& measures, int threads);

/// An estimate of two things, and the second less the first.
struct PairedEstimate {
  Estimate before, after, difference;
};

/// Both on the same resamples: intervals of the differences are those of pairs.
[[nodiscard]] std::vector<PairedEstimate> bootstrap_paired(const Resamples& resamples, size_t measure_count,
                                                           const Measures& before, const Measures& after, int threads);

/// The quantile at 0 <= p <= 1 of sorted values by linear interpolation (Hyndman and Fan 1996, type 7, as numpy).
/// Requires values.
[[nodiscard]] double quantile(std::span<const double> sorted, double p);

}  // namespace kenko::stats
