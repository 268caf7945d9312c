#include "score/own_days.h"

#include <algorithm>

#include "base/decimal.h"
#include "score/triggers.h"

namespace kenko::score {
namespace {

using engine::kNoPoints;

constexpr int64_t kMicros = 1'000'000;
constexpr int32_t kAll = 100'000'000;  // 100 points in millionths
constexpr int32_t kMicrosPerHundredth = 10'000;

// A weighted mean under way; the divisions are exact and rounded half up.  Acc: int64_t where no sum can leave 61 bits,
// which is several times faster, else Int128.  Weights and values are never negative.
template <typename Acc>
struct Mean {
  Acc weighted = 0;
  Acc weight = 0;

  void add(int64_t w, int64_t x) {
    weighted += static_cast<Acc>(w) * x;
    weight += w;
  }
  [[nodiscard]] bool empty() const { return weight == 0; }
  [[nodiscard]] int32_t value() const { return static_cast<int32_t>((2 * weighted + weight) / (2 * weight)); }
};

// What the members of a group come to under any roll-up.
template <typename Acc>
struct Group {
  Mean<Acc> points, coverage;
  int32_t least = INT32_MAX, most = INT32_MIN;
  int64_t sum = 0;
  bool evidence = false;
  bool all_evidence = true;

  void add(int64_t weight, int32_t worth, int64_t share, bool has_evidence) {
    coverage.add(weight, share);
    evidence = evidence || has_evidence;
    all_evidence = all_evidence && has_evidence;
    if (worth == kNoPoints) return;
    least = std::min(least, worth);
    most = std::max(most, worth);
    sum += worth;
    points.add(weight, worth);
  }
  // For means alone: what a mean does not need is left out.
  void add_to_mean(int64_t weight, int32_t worth, int64_t share, bool has_evidence) {
    coverage.add(weight, share);
    evidence = evidence || has_evidence;
    all_evidence = all_evidence && has_evidence;
    if (worth != kNoPoints) points.add(weight, worth);
  }
  [[nodiscard]] int32_t value(plan::Rollup rollup, int64_t start) const {
    if (points.empty()) return kNoPoints;
    switch (rollup) {
      case plan::Rollup::mean:
        return points.value();
      case plan::Rollup::min:
        return least;
      case plan::Rollup::max:
        return most;
      case plan::Rollup::points:
        break;
    }
    return static_cast<int32_t>(std::clamp<int64_t>(start + sum, 0, kAll));
  }
  [[nodiscard]] int32_t share() const { return coverage.empty() ? 0 : coverage.value(); }
};

template <typename Acc>
class RollUp {
 public:
  RollUp(const Rules& rules, const std::vector<MetricColumn>& columns, OwnDays& own, LifeScores& out)
      : rules_(rules), columns_(columns), own_(own), out_(out), worth_(columns_.size()) {
    const size_t dimensions = rules.dimensions().size();
    worth_.resize(dimensions);
    share_.resize(dimensions);
    evidence_.resize(dimensions);
  }

  void day(size_t d) {
    const plan::Plan& plan = rules_.plan();
    const Weights& weights = rules_.on(out_.segment[d], out_.stage[d]).weights;
    for (const uint32_t i : rules_.order()) {
      const plan::Dimension& dimension = plan.dimensions[i];
      Group<Acc> group;
      if (dimension.rollup == plan::Rollup::mean) {
        gather<true>(i, d, weights, group);
      } else {
        gather<false>(i, d, weights, group);
      }
      worth_[i] = group.value(dimension.rollup, dimension.start_micros);
      share_[i] = group.share();
      evidence_[i] = group.evidence;
      out_.dimension[i][d] = worth_[i] == kNoPoints || weights.dimension[i] == 0 ? -1 : worth_[i];
    }
    Group<Acc> top;
    for (const uint32_t i : rules_.top()) {
      if (weights.dimension[i] != 0) top.add(weights.dimension[i], worth_[i], share_[i], evidence_[i] != 0);
    }
    const int32_t score = top.value(plan.rollup, 0);
    out_.coverage[d] = top.share();
    own_.all_evidence[d] = top.all_evidence;
    if (score != kNoPoints) own_.rolled_up[d] = (score + kMicrosPerHundredth / 2) / kMicrosPerHundredth;
  }

 private:
  template <bool kMean>
  void gather(uint32_t dimension, size_t d, const Weights& weights, Group<Acc>& group) const {
    const auto add = [&group](int64_t weight, int32_t worth, int64_t share, bool evidence) {
      if constexpr (kMean) {
        group.add_to_mean(weight, worth, share, evidence);
      } else {
        group.add(weight, worth, share, evidence);
      }
    };
    const DimensionNode& node = rules_.dimensions()[dimension];
    for (const uint32_t m : node.metrics) {
      const int64_t weight = weights.metric[m];
      if (weight == 0) continue;
      const MetricColumn& column = columns_[m];
      const int32_t by_curve = column.points[d];
      const bool evidence = column.evidence.empty() ? by_curve != kNoPoints : column.evidence[d] != 0;
      add(weight, by_curve != kNoPoints ? by_curve : column.missing, evidence ? kMicros : 0, evidence);
    }
    for (const uint32_t i : node.dimensions) {
      if (weights.dimension[i] != 0) add(weights.dimension[i], worth_[i], share_[i], evidence_[i] != 0);
    }
  }

  const Rules& rules_;
  const std::vector<MetricColumn>& columns_;
  OwnDays& own_;
  LifeScores& out_;
  std::vector<int32_t> worth_, share_;  // of the day's dimensions
  std::vector<uint8_t> evidence_;
};

void resize(LifeScores& out, size_t n, size_t dimensions) {
  out.state.assign(n, State::none);
  for (auto* v : {&out.score, &out.computed, &out.rolled_up}) v->assign(n, kNoScore);
  for (auto* v : {&out.hierarchy, &out.triggers, &out.cap, &out.silence, &out.override_line, &out.coverage})
    v->assign(n, 0);
  out.band.assign(n, -1);
  out.band_list.assign(n, 0);
  out.segment.assign(n, -1);
  out.stage.assign(n, -1);
  out.dimension.resize(dimensions);
  for (auto& v : out.dimension) v.assign(n, -1);
}

void run_triggers(const Rules& rules, const engine::LifeDays& days, const LifeScores& out, OwnDays& own) {
  own.trigger_sum.clear();
  own.trigger_limit.clear();
  if (!rules.triggers()) return;
  own.trigger_sum.assign(days.size(), 0);
  own.trigger_limit.assign(days.size(), INT32_MAX);
  for (size_t t = 0; t < rules.plan().triggers.size(); ++t) {
    TriggerState state(rules.plan().triggers[t]);
    const engine::TriggerDays& flags = days.triggers[t];
    for (size_t d = 0; d < days.size(); ++d) {
      state.step(flags.when[d] != 0, !flags.until.empty() && flags.until[d] != 0);
      if (!state.active()) continue;
      const TriggerEffect& effect = rules.on(out.segment[d], out.stage[d]).triggers[t];
      if (effect.off) continue;
      own.trigger_sum[d] += effect.points_hundredths * state.starts();
      if (effect.cap_hundredths) own.trigger_limit[d] = std::min(own.trigger_limit[d], *effect.cap_hundredths);
    }
  }
}

}  // namespace

void roll_up_own(const Rules& rules, const engine::LifeDays& days, MetricBuffers& buffers, OwnDays& own,
                 LifeScores& out) {
  const plan::Plan& plan = rules.plan();
  const size_t n = days.size();
  resize(out, n, plan.dimensions.size());
  out.first = days.first;
  out.status.assign(days.status.begin(), days.status.end());
  std::copy(days.segment.begin(), days.segment.end(), out.segment.begin());
  std::copy(days.stage.begin(), days.stage.end(), out.stage.begin());
  own.rolled_up.assign(n, kNoScore);
  own.all_evidence.assign(n, 0);
  std::vector<MetricColumn> columns(plan.metrics.size());
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension) columns[m] = column_of(plan.metrics[m], m, days, buffers);
  }
  const auto all_days = [&](auto roll) {
    for (size_t d = 0; d < n; ++d) roll.day(d);
  };
  if (rules.narrow()) {
    all_days(RollUp<int64_t>(rules, columns, own, out));
  } else {
    all_days(RollUp<Int128>(rules, columns, own, out));
  }
  run_triggers(rules, days, out, own);
}

}  // namespace kenko::score
