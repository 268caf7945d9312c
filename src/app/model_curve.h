// app/model_curve.h
//
// kenko model curve: what a metric's curve gives, and where the customers stand on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/result.h"

namespace kenko::app {

struct CurveRequest {
  std::string metric;
  std::string model;    ///< empty = the active one
  std::string segment;  ///< a segment or stage: its curve, its accounts; empty = the model's curve, all accounts
  std::optional<Day> as_of;
  int threads = 0;
};

/// A value and its points (millionths; none = the curve gives none).
struct CurvePoint {
  double x = 0;
  std::optional<int64_t> points;
};

/// A bar: the accounts with lowest <= value < highest (the last bar: <=).
struct CurveBin {
  double lowest = 0, highest = 0;
  int64_t accounts = 0;
};

/// A word of a category curve; points: none = left out.
struct CurveWord {
  std::string value;
  std::optional<int64_t> points;
  bool by_other = false;  ///< the curve does not name it, `other` gives its points
  int64_t accounts = 0;
};

/// The customers on the day: those that the model scores (also with insufficient data), alive and of a scored status.
struct CurveCrowd {
  Day as_of;
  int64_t accounts = 0;
  int64_t without_value = 0;
  std::vector<CurveBin> bins;         ///< numbers
  std::vector<CurvePoint> quartiles;  ///< numbers: least, 25 %, median, 75 %, greatest; empty without a value
  int64_t below = 0, above = 0;       ///< beyond the drawn range; they stand in the first and the last bar
  int64_t at_least_points = 0, at_most_points = 0;  ///< accounts that get the fewest and the most points there are
};

/// A curve and its crowd.  x of a percentile curve is the place among the accounts (0..1), of a baseline the distance
/// from the account's own mean in standard deviations.
struct CurveView {
  std::string model, metric, label, expression, segment;
  std::string kind;      ///< "linear", "steps", "category", "hill", "words", "percentile", "baseline", "each"
  bool percent = false;  ///< values are read as per cent
  bool words = false;    ///< category: `words` has all, `line` and numbers nothing
  plan::Curve curve;
  std::vector<CurvePoint> marks;               ///< the points that the file names
  double lowest = 0, highest = 0;              ///< drawn range of x
  double least_points = 0, most_points = 100;  ///< drawn range of points
  std::vector<CurveWord> values;               ///< category, most points first
  std::optional<CurveCrowd> crowd;             ///< none: no facts
};

/// Errors: the model's problems; "unknown-metric", "unknown-segment" (with the nearest), "no-curve"; storage problems.
/// A workspace without facts gives the curve alone.
[[nodiscard]] Result<CurveView> view_curve(const Workspace& workspace, const CurveRequest& request, Instant now);

/// The points of a number by a curve that is no category, in millionths; none = the curve gives it none.
[[nodiscard]] std::optional<int64_t> points_at(const CurveView& view, double x);

}  // namespace kenko::app
