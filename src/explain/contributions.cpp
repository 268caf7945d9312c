#include "explain/contributions.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/decimal.h"
#include "score/day_parts.h"

namespace kenko::explain {
namespace {

constexpr int64_t kAll = 100'000'000;  // 100 points in millionths
constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kMicrosPerHundredth = 10'000;

// The dimensions of a day with the positions of their parts.
struct Groups {
  std::vector<uint32_t> dimension;         // those that are not empty
  std::vector<std::vector<size_t>> parts;  // positions in Explanation::parts that have points
};

Groups group(const plan::Plan& plan, const Explanation& e) {
  Groups out;
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) {
    std::vector<size_t> members;
    for (size_t i = 0; i < e.parts.size(); ++i) {
      if (plan.metrics[e.parts[i].metric].dimension == d && e.parts[i].points) members.push_back(i);
    }
    if (members.empty()) continue;
    out.dimension.push_back(d);
    out.parts.push_back(std::move(members));
  }
  return out;
}

// Splits `total` over the dimensions, then each dimension's part over its metrics.  `worth` gives what a metric's
// weight is multiplied with, `dimension_worth` the same for a dimension; `set` receives each part.
template <typename DimensionWorth, typename Worth, typename Set>
void split(const plan::Plan& plan, const Explanation& e, const Groups& groups, int64_t total,
           const DimensionWorth& dimension_worth, const Worth& worth, const Set& set) {
  std::vector<Int128> weights;
  for (const uint32_t d : groups.dimension) {
    weights.push_back(static_cast<Int128>(plan.dimensions[d].weight.micros) * dimension_worth(d));
  }
  const std::vector<int64_t> per_dimension = apportion(total, weights);
  for (size_t g = 0; g < groups.parts.size(); ++g) {
    weights.clear();
    for (const size_t i : groups.parts[g]) {
      weights.push_back(static_cast<Int128>(plan.metrics[e.parts[i].metric].weight.micros) * worth(e.parts[i]));
    }
    const std::vector<int64_t> per_metric = apportion(per_dimension[g], weights);
    for (size_t k = 0; k < groups.parts[g].size(); ++k) set(groups.parts[g][k], per_metric[k]);
  }
}

void add_contributions(const plan::Plan& plan, Explanation& e) {
  const Groups groups = group(plan, e);
  const auto whole = [](const Part&) { return kMicros; };
  split(
      plan, e, groups, kMicros, [](uint32_t) { return kMicros; }, whole,
      [&e](size_t i, int64_t v) { e.parts[i].share_micros = v; });
  if (e.rolled_up < 0) return;
  const int64_t total = e.rolled_up * kMicrosPerHundredth;
  split(
      plan, e, groups, total, [&e](uint32_t d) { return e.dimension[d]; }, [](const Part& p) { return *p.points; },
      [&e](size_t i, int64_t v) { e.parts[i].contribution = v; });
  split(
      plan, e, groups, kAll - total, [&e](uint32_t d) { return kAll - e.dimension[d]; },
      [](const Part& p) { return kAll - *p.points; }, [&e](size_t i, int64_t v) { e.parts[i].lost = v; });
}

}  // namespace

std::vector<int64_t> apportion(int64_t total, const std::vector<Int128>& weights) {
  KENKO_CHECK(total >= 0, "total {}", total);
  std::vector<int64_t> parts(weights.size(), 0);
  const Int128 sum = std::accumulate(weights.begin(), weights.end(), Int128{0});
  if (sum == 0) return parts;
  std::vector<Int128> remainder(weights.size());
  int64_t left = total;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Int128 exact = static_cast<Int128>(total) * weights[i];
    parts[i] = static_cast<int64_t>(exact / sum);
    remainder[i] = exact % sum;
    left -= parts[i];
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return remainder[a] > remainder[b]; });
  for (size_t k = 0; k < static_cast<size_t>(left); ++k) ++parts[order[k]];
  return parts;
}

Explanation explain_day(const plan::Plan& plan, const score::DayRow& row) {
  Explanation e;
  e.day = row.day;
  if (row.days == nullptr) return e;
  const score::LifeScores& s = *row.scores;
  e.state = s.state[row.at];
  e.status = s.status[row.at];
  e.score = s.score[row.at];
  e.rolled_up = s.rolled_up[row.at];
  e.silence = s.silence[row.at];
  e.coverage = s.coverage[row.at];
  e.band = s.band[row.at];
  for (const auto& d : s.dimension) e.dimension.push_back(d[row.at]);
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].dimension) continue;
    const engine::MetricDays& days = row.days->metrics[m];
    const score::MetricPoints p = score::points_on(plan.metrics[m], days, row.days->first, row.at);
    Part part;
    part.metric = m;
    if (days.valid[row.at] != 0) part.value = days.value[row.at];
    if (p.points >= 0) part.points = p.points;
    part.evidence = p.evidence;
    e.parts.push_back(part);
  }
  add_contributions(plan, e);
  return e;
}

std::optional<Change> change_between(const Explanation& before, const Explanation& after) {
  if (before.rolled_up < 0 || after.rolled_up < 0) return std::nullopt;
  Change out;
  out.total = (after.score - before.score) * kMicrosPerHundredth;
  out.silence = (after.silence - before.silence) * kMicrosPerHundredth;
  KENKO_CHECK(before.parts.size() == after.parts.size(), "{} and {} parts", before.parts.size(), after.parts.size());
  for (size_t i = 0; i < after.parts.size(); ++i) {
    out.by_metric.emplace_back(after.parts[i].metric, after.parts[i].contribution - before.parts[i].contribution);
  }
  return out;
}

}  // namespace kenko::explain
