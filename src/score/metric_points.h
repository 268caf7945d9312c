// score/metric_points.h
//
// What a metric is worth on every day of a life, for the roll-up.  score/day_parts.h says the same of one day. Internal
// to the module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"

namespace kenko::score {

/// Points and evidence by day, in the cheapest form: most metrics need no columns of their own.
///
/// points:   kNoPoints where the curve gives none: then `missing` counts, without evidence.
/// evidence: empty = wherever the curve gives points.
struct MetricColumn {
  std::span<const int32_t> points;
  std::span<const uint8_t> evidence;
  int32_t missing = engine::kNoPoints;
};

/// Buffers of one thread, reused.
struct MetricBuffers {
  std::vector<std::vector<int32_t>> points;
  std::vector<std::vector<uint8_t>> evidence;
};

/// The column of metric `m` of a life; held and stale points are written into `buffers`.
[[nodiscard]] MetricColumn column_of(const plan::Metric& metric, size_t m, const engine::LifeDays& days,
                                     MetricBuffers& buffers);

}  // namespace kenko::score
