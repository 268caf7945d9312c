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
  std::optional<int64_t> points;  ///< by the curve or by `missing`; none = left out
  bool evidence = false;          ///< the points came from a value
  int64_t contribution = 0;
  int64_t lost = 0;
};

/// A day's metrics rolled up.
struct RolledUp {
  std::map<std::string, std::optional<int64_t>> dimensions;  ///< millionths of a point; none = empty
  std::optional<int32_t> score_hundredths;                   ///< none: every dimension is empty
  int64_t coverage_micros = 0;
  bool evidence_everywhere = false;  ///< in every dimension
};

/// The points of a value by a curve; none = null.
[[nodiscard]] std::optional<int64_t> points_by_curve(const model::Curve& curve, const Value& value);
/// Fills points and evidence of a cell from its value.
void give_points(const model::Metric& metric, MetricCell& cell);

[[nodiscard]] RolledUp roll_up(const model::Model& model, const std::map<std::string, MetricCell>& cells);
/// Fills contribution and lost of every cell from a day with a score.
void explain(const model::Model& model, const RolledUp& day, std::map<std::string, MetricCell>& cells);

/// `total` in proportion to the weights (>= 0), by the largest remainder; ties by name.
[[nodiscard]] std::map<std::string, int64_t> apportion(int64_t total, const std::map<std::string, Int128>& weights);

}  // namespace kenko::reference
