// fit/shapes.h
//
// Monotone additive shapes: what each stretch of a metric's values adds to the log odds that all goes well, and how
// such a shape becomes a weight and a curve that a person can read.  docs/SEMANTICS.md#search.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kenko::fit {

/// How the values of one metric fall into bins: bin 0 holds the rows without a value, bin i the values in
/// (edge[i-2], edge[i-1]], the last one all above the last edge.
///
/// centre: the mean of the values that made the bin; share: of all rows that made the bins.  By bin; the centre of bin
/// 0
///         means nothing.
/// Invariants: edges ascend; at least bin 0; no bin but 0 was made of no value.
struct Bins {
  std::vector<double> edges;
  std::vector<double> centre, share;

  /// By quantiles, equal values never parted: at most `most` bins beside bin 0.  NaN = no value.  Requires a row.
  [[nodiscard]] static Bins of(std::span<const float> values, int most);
  [[nodiscard]] size_t count() const { return centre.size(); }
  [[nodiscard]] uint8_t bin_of(float value) const;
};

/// A monotone step function of the bins of one metric.
///
/// effect:    by bin: added to the log odds that the outcome does NOT happen (higher = healthier).
/// direction: +1 = it rises with the value, -1 = it falls.
/// Invariants: effect is monotone in the direction from bin 1 on; effect[0] (no value) lies within the others' range.
struct Shape {
  std::vector<double> effect;
  int direction = 1;
  [[nodiscard]] double low() const;   ///< the least effect
  [[nodiscard]] double high() const;  ///< the greatest
};

/// A shape as a model file says it: `weight` x points / 100 (plus a constant) is the effect.
///
/// weight:  in log odds; comparable between metrics of one model.
/// points:  x ascending, points 0..100 in whole numbers, monotone, at least one point at 0 and one at 100 unless the
///          weight is 0; at most as many as asked for.
/// missing: points where there is no value.
struct CurvePoints {
  struct Point {
    double x = 0;
    double points = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  double weight = 0;
  std::vector<Point> points;
  double missing = 0;
  [[nodiscard]] double at(double x) const;  ///< linear between the points, flat outside; NaN: `missing`
};

/// The polyline of at most `most` points closest to the shape in squares, weighted by the share of rows in each bin;
/// x are bin centres rounded to three significant digits where that keeps them apart.  Requires two bins with values.
[[nodiscard]] CurvePoints to_curve(const Bins& bins, const Shape& shape, int most = 6);

/// `values` made monotone in `direction` with the least change in squares, weighted (pool adjacent violators).  Bins
/// of no weight take the value of their neighbour.
[[nodiscard]] std::vector<double> monotone(std::span<const double> values, std::span<const double> weight,
                                           int direction);

}  // namespace kenko::fit
