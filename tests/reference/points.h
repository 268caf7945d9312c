// tests/reference/points.h
//
// docs/SEMANTICS.md#from-value-to-points and the rules of #roll-up that look at one day alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "model/model.h"
#include "reference/evaluate.h"

namespace kenko::reference {

/// A metric on one day.  All points are millionths.
struct MetricCell {
  Value value;
  std::optional<int64_t> points;    ///< by the curve or by `missing`; none = left out
  std::optional<int64_t> by_curve;  ///< by the curve of the day alone
  std::optional<int64_t> fresh;     ///< after `missing`, whatever source is overdue
  bool evidence = false;            ///< the points came from a value
  bool stale = false;               ///< kept from another day, because a source is overdue
  int64_t contribution = 0;
  int64_t lost = 0;
};

/// The model as it counts on one day: with the changes of the segment and the stage.
struct DayModel {
  const model::Model* model = nullptr;
  std::map<std::string, Int128> weights;              ///< of dimensions and metrics with a dimension, by name
  std::map<std::string, const model::Curve*> curves;  ///< by metric
  const std::vector<model::Band>* bands = nullptr;
  struct Rule {
    bool off = false;
    int64_t points_hundredths = 0;
    std::optional<int64_t> cap_hundredths;
  };
  std::map<std::string, Rule> triggers;

  /// Weight 0: left out.
  [[nodiscard]] bool counts(const std::string& name) const { return weights.at(name) > 0; }
};

/// `segment`, `stage`: positions in the model's lists, -1 = none.
[[nodiscard]] DayModel day_model(const model::Model& model, int segment, int stage);

/// A day's metrics rolled up.
struct RolledUp {
  std::map<std::string, std::optional<int64_t>> dimensions;  ///< millionths of a point; none = empty
  std::map<std::string, int64_t> coverage;                   ///< of dimensions, millionths
  std::map<std::string, bool> evidence;                      ///< of dimensions: some metric has some
  std::optional<int32_t> score_hundredths;                   ///< none: every dimension is empty
  int64_t coverage_micros = 0;
  bool evidence_everywhere = false;  ///< in every top dimension
};

/// The points of a value by a curve; none = null.  `percentile` and `baseline` curves want the value of those
/// functions. `metric`: the metric's own value decides what words mean, and `each` its points.
[[nodiscard]] std::optional<int64_t> points_by_curve(const model::Metric& metric, const model::Curve& curve,
                                                     const Value& value);
/// In a dimension with `rollup: points`.
[[nodiscard]] std::optional<int64_t> points_by_each(const model::Metric& metric, const Value& value);

[[nodiscard]] RolledUp roll_up(const DayModel& day, const std::map<std::string, MetricCell>& cells);
/// Fills contribution and lost of every cell from a day with a rolled-up score, and `starts`: the contributions of
/// `start of DIMENSION` lines, by dimension.
void explain(const DayModel& model, const RolledUp& day, std::map<std::string, MetricCell>& cells,
             std::map<std::string, int64_t>& starts);

/// `total` >= 0 in proportion to weights whose sum is > 0 (single ones may be negative): floors first, then one each to
/// the largest remainders, ties by name.  A sum of 0 or less: all parts 0.
[[nodiscard]] std::map<std::string, int64_t> apportion(int64_t total, const std::map<std::string, Int128>& weights);

}  // namespace kenko::reference
