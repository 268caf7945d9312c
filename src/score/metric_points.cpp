#include "score/metric_points.h"

#include "score/day_parts.h"

namespace kenko::score {
namespace {

using engine::kNoPoints;

int32_t missing_points(const plan::Missing& missing) {
  switch (missing.kind) {
    case plan::Missing::Kind::zero:
      return 0;
    case plan::Missing::Kind::score:
      return static_cast<int32_t>(missing.points_micros);
    case plan::Missing::Kind::exclude:
    case plan::Missing::Kind::hold:
      break;
  }
  return kNoPoints;
}

}  // namespace

MetricPoints points_of(const plan::Metric& metric, int32_t curve_points) {
  if (curve_points != kNoPoints) return {curve_points, true, false, {}};
  return {missing_points(metric.missing), false, false, {}};
}

namespace {

// Points of a day by the curve or the missing policy, whatever is overdue.
MetricPoints fresh(const plan::Metric& metric, const engine::MetricDays& days, Day first, size_t at) {
  if (days.points[at] != kNoPoints || metric.missing.kind != plan::Missing::Kind::hold)
    return points_of(metric, days.points[at]);
  for (size_t back = 1; back <= static_cast<size_t>(metric.missing.hold_days) && back <= at; ++back) {
    const size_t then = at - back;
    if (days.points[then] != kNoPoints) return {days.points[then], true, false, first + static_cast<int32_t>(then)};
  }
  return {};
}

}  // namespace

MetricPoints points_on(const plan::Metric& metric, const engine::MetricDays& days, Day life_first, size_t at) {
  if (days.stale.empty() || days.stale[at] == engine::kNotStale) return fresh(metric, days, life_first, at);
  MetricPoints out;
  if (days.stale[at] >= life_first.number) {
    out = fresh(metric, days, life_first, static_cast<size_t>(days.stale[at] - life_first.number));
  }
  out.evidence = false;
  out.stale = true;
  out.from = Day{days.stale[at]};
  return out;
}

MetricColumn column_of(const plan::Metric& metric, size_t m, const engine::LifeDays& days, MetricBuffers& buffers) {
  const engine::MetricDays& source = days.metrics[m];
  const bool hold = metric.missing.kind == plan::Missing::Kind::hold;
  if (!hold && source.stale.empty()) return {source.points, {}, missing_points(metric.missing)};
  if (buffers.points.size() <= m) {
    buffers.points.resize(m + 1);
    buffers.evidence.resize(m + 1);
  }
  const size_t n = days.size();
  std::vector<int32_t>& points = buffers.points[m];
  std::vector<uint8_t>& evidence = buffers.evidence[m];
  points.assign(n, missing_points(metric.missing));
  evidence.assign(n, 0);
  size_t last = n;  // the last day with points by the curve
  for (size_t d = 0; d < n; ++d) {
    if (source.points[d] != kNoPoints) last = d;
    if (last == n || (last != d && (!hold || d - last > static_cast<size_t>(metric.missing.hold_days)))) continue;
    points[d] = source.points[last];
    evidence[d] = 1;
  }
  if (!source.stale.empty()) {
    // Backwards: the day whose points are kept lies before, where they are still its own.
    for (size_t d = n; d-- > 0;) {
      if (source.stale[d] == engine::kNotStale) continue;
      const int64_t kept = static_cast<int64_t>(source.stale[d]) - days.first.number;
      points[d] = kept < 0 ? kNoPoints : points[static_cast<size_t>(kept)];
      evidence[d] = 0;
    }
  }
  return {points, evidence, kNoPoints};
}

}  // namespace kenko::score
