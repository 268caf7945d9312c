#include "explain/day_value.h"

#include <algorithm>

#include "base/decimal.h"
#include "explain/split.h"

namespace kenko::explain {
namespace {

constexpr int64_t kAll = 100'000'000;  // 100 points in millionths
constexpr int32_t kHighest = 10'000;   // hundredths
constexpr int64_t kMicrosPerHundredth = 10'000;

class Roll {
 public:
  Roll(const plan::Plan& plan, const Explanation& e, std::optional<Instead> instead)
      : plan_(plan), e_(e), instead_(instead), members_(members_by_dimension(plan, e)) {}

  // Of a dimension, or of the top.
  [[nodiscard]] std::optional<int64_t> points(size_t dimension) const {
    const bool top = dimension == plan_.dimensions.size();
    Int128 weighted = 0, weight = 0;
    int64_t least = INT64_MAX, most = INT64_MIN, sum = top ? 0 : plan_.dimensions[dimension].start_micros;
    for (const Member& m : members_[dimension]) {
      const int64_t w = m.nested ? e_.groups[m.position].weight_micros : e_.parts[m.position].weight_micros;
      if (w == 0) continue;
      const std::optional<int64_t> p = m.nested ? points(m.position) : of_metric(m.position);
      if (!p) continue;
      weighted += static_cast<Int128>(w) * *p;
      weight += w;
      least = std::min(least, *p);
      most = std::max(most, *p);
      sum += *p;
    }
    if (weight == 0) return std::nullopt;
    switch (top ? plan_.rollup : plan_.dimensions[dimension].rollup) {
      case plan::Rollup::mean:
        return static_cast<int64_t>(divide_half_up(weighted, weight));
      case plan::Rollup::min:
        return least;
      case plan::Rollup::max:
        return most;
      case plan::Rollup::points:
        break;
    }
    return std::clamp<int64_t>(sum, 0, kAll);
  }

 private:
  [[nodiscard]] std::optional<int64_t> of_metric(size_t part) const {
    if (instead_ && instead_->part == part) return instead_->points;
    const auto& points = e_.parts[part].points;
    return points ? std::optional<int64_t>(*points) : std::nullopt;
  }

  const plan::Plan& plan_;
  const Explanation& e_;
  std::optional<Instead> instead_;
  std::vector<std::vector<Member>> members_;
};

}  // namespace

std::optional<int32_t> rolled_up_with(const plan::Plan& plan, const Explanation& e, std::optional<Instead> instead) {
  const auto micros = Roll(plan, e, instead).points(plan.dimensions.size());
  if (!micros) return std::nullopt;
  return static_cast<int32_t>(divide_half_up(*micros, kMicrosPerHundredth));
}

int32_t value_so_far(const plan::Plan& plan, const Explanation& e, std::optional<Instead> instead) {
  std::optional<int32_t> own;
  if (e.rolled_up >= 0) own = rolled_up_with(plan, e, instead);
  int32_t value = own.value_or(0);
  if (e.from_children) {
    score::HierarchyParts parts = e.from_children->parts;
    parts.own = own;
    value = parts.value(plan.hierarchy).value_or(0);
  }
  int32_t sum = 0, limit = kHighest;
  for (const TriggerLine& t : e.triggers) {
    sum += t.points_hundredths;
    limit = std::min(limit, t.cap_hundredths.value_or(kHighest));
  }
  return std::min(std::clamp(value + sum, 0, kHighest), limit);
}

}  // namespace kenko::explain
