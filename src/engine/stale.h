// engine/stale.h
//
// On which days a source of a metric is overdue.  docs/SEMANTICS.md#observation-zero-and-null 8.
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::engine {

/// Positions in settings.sources that these nodes rest on, ascending.
[[nodiscard]] std::vector<size_t> sources_of(const plan::Plan& plan, std::vector<plan::NodeId> nodes,
                                             const facts::Settings& settings);
/// Those that a metric rests on.
[[nodiscard]] inline std::vector<size_t> sources_of(const plan::Plan& plan, const plan::Metric& metric,
                                                    const facts::Settings& settings) {
  return sources_of(plan, std::vector{metric.node, metric.points_node}, settings);
}

/// By metric and day of [first, until]: MetricDays::stale; no entries for a metric whose sources are never overdue.
/// Facts of days after `facts_until` do not exist.
[[nodiscard]] std::vector<std::vector<int32_t>> stale_days(const plan::Plan& plan, const facts::Portfolio& portfolio,
                                                           Day first, Day until, Day facts_until);

}  // namespace kenko::engine
