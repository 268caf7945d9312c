#include "score/own_days.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/decimal.h"
#include "score/triggers.h"

namespace kenko::score {
namespace {

using engine::kNoPoints;

constexpr int32_t kMicros = 1'000'000;
constexpr int32_t kAll = 100'000'000;  // 100 points in millionths
constexpr int32_t kMicrosPerHundredth = 10'000;

// A weighted mean under way; the divisions are exact and rounded half up.  Acc: int64_t where no sum can leave 61 bits,
// which is several times faster, else Int128.  Weights and values are never negative.
template <typename Acc>
struct Mean {
  // Below it, dividing as doubles gives the same quotient: the true one is further from the next whole number than
  // doubles round.  It takes a fraction of the time.
  static constexpr int64_t kExactInDoubles = int64_t{1} << 51;

  Acc weighted = 0;
  Acc weight = 0;

  void add(int64_t w, int64_t x) {
    weighted += static_cast<Acc>(w) * x;
    weight += w;
  }
  [[nodiscard]] bool empty() const { return weight == 0; }
  [[nodiscard]] int32_t value() const {
    const Acc over = 2 * weighted + weight, under = 2 * weight;
    if (over < kExactInDoubles) return static_cast<int32_t>(static_cast<double>(over) / static_cast<double>(under));
    return static_cast<int32_t>(over / under);
  }
};

// What the members of a group come to under any roll-up.
template <typename Acc>
struct Group {
  Mean<Acc> points, coverage;
  int32_t least = INT32_MAX, most = INT32_MIN;
  int64_t sum = 0;
  bool evidence = false;
  bool all_evidence = true;

  // kMean: what a mean does not need is left out.
  template <bool kMean>
  void add(int64_t weight, int32_t worth, int64_t share, bool has_evidence) {
    coverage.add(weight, share);
    evidence |= has_evidence;
    all_evidence &= has_evidence;
    if (worth == kNoPoints) return;
    points.add(weight, worth);
    if constexpr (!kMean) {
      least = std::min(least, worth);
      most = std::max(most, worth);
      sum += worth;
    }
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
  // Mostly all or nothing, which needs no division.
  [[nodiscard]] int32_t share() const {
    if (coverage.weighted == 0) return 0;
    return coverage.weighted == coverage.weight * kMicros ? kMicros : coverage.value();
  }
};

// A metric that counts.
struct CountedMetric {
  int64_t weight = 0;
  const int32_t* points = nullptr;
  const uint8_t* evidence = nullptr;  // nullptr = wherever there are points
  int32_t missing = kNoPoints;
};

template <typename Acc>
class RollUp {
 public:
  RollUp(const Rules& rules, const std::vector<MetricColumn>& columns, OwnDays& own, LifeScores& out)
      : rules_(rules), columns_(columns), own_(own), out_(out), parts_(rules.dimensions().size()) {
    for (auto& dimension : out.dimension) dimensions_.push_back(dimension.data());
  }

  void day(size_t d) {
    const DayRules& today = rules_.on(out_.segment[d], out_.stage[d]);
    if (&today != day_) prepare(today);
    const plan::Plan& plan = rules_.plan();
    for (const uint32_t i : rules_.order()) {
      const plan::Dimension& dimension = plan.dimensions[i];
      Group<Acc> group;
      if (dimension.rollup == plan::Rollup::mean) {
        gather<true>(i, d, group);
      } else {
        gather<false>(i, d, group);
      }
      Part& part = parts_[i];
      part.worth = group.value(dimension.rollup, dimension.start_micros);
      part.share = group.share();
      part.evidence = group.evidence;
      dimensions_[i][d] = part.worth == kNoPoints || part.weight == 0 ? -1 : part.worth;
    }
    Group<Acc> top;
    for (const uint32_t i : rules_.top()) {
      const Part& part = parts_[i];
      if (part.weight != 0) top.template add<false>(part.in_group, part.worth, part.share, part.evidence);
    }
    const int32_t score = top.value(plan.rollup, 0);
    out_.coverage[d] = top.share();
    own_.all_evidence[d] = top.all_evidence;
    own_.rolled_up[d] = score == kNoPoints ? kNoScore : (score + kMicrosPerHundredth / 2) / kMicrosPerHundredth;
  }

 private:
  // A dimension on the day.
  struct Part {
    int64_t weight = 0;
    int64_t in_group = 0;       // the same, in the smallest whole numbers of its group
    size_t begin = 0, end = 0;  // its metrics in metrics_
    int32_t worth = kNoPoints;
    int32_t share = 0;
    bool evidence = false;
  };

  // The segment or the stage is another one than the day before.
  void prepare(const DayRules& today) {
    day_ = &today;
    metrics_.clear();
    for (size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].weight = today.weights.dimension[i];
      parts_[i].begin = metrics_.size();
      for (const uint32_t m : rules_.dimensions()[i].metrics) {
        const MetricColumn& c = columns_[m];
        const int64_t weight = today.weights.metric[m];
        if (weight != 0)
          metrics_.push_back({weight, c.points.data(), c.evidence.empty() ? nullptr : c.evidence.data(), c.missing});
      }
      parts_[i].end = metrics_.size();
    }
    for (size_t i = 0; i < parts_.size(); ++i)
      reduce(std::span(metrics_).subspan(parts_[i].begin, parts_[i].end - parts_[i].begin),
             rules_.dimensions()[i].dimensions);
    reduce({}, rules_.top());
  }

  // The weights of a group's members in the smallest whole numbers: a mean stays what it is, its sums become small.
  void reduce(std::span<CountedMetric> metrics, const std::vector<uint32_t>& dimensions) {
    int64_t divisor = 0;
    for (const CountedMetric& m : metrics) divisor = std::gcd(divisor, m.weight);
    for (const uint32_t i : dimensions) divisor = std::gcd(divisor, parts_[i].weight);
    divisor = std::max<int64_t>(divisor, 1);
    for (CountedMetric& m : metrics) m.weight /= divisor;
    for (const uint32_t i : dimensions) parts_[i].in_group = parts_[i].weight / divisor;
  }

  template <bool kMean>
  void gather(uint32_t dimension, size_t d, Group<Acc>& group) const {
    for (size_t k = parts_[dimension].begin; k < parts_[dimension].end; ++k) {
      const CountedMetric& m = metrics_[k];
      const int32_t by_curve = m.points[d];
      const bool evidence = m.evidence == nullptr ? by_curve != kNoPoints : m.evidence[d] != 0;
      group.template add<kMean>(m.weight, by_curve != kNoPoints ? by_curve : m.missing, evidence ? kMicros : 0,
                                evidence);
    }
    for (const uint32_t i : rules_.dimensions()[dimension].dimensions) {
      const Part& part = parts_[i];
      if (part.weight != 0) group.template add<kMean>(part.in_group, part.worth, part.share, part.evidence);
    }
  }

  const Rules& rules_;
  const std::vector<MetricColumn>& columns_;
  OwnDays& own_;
  LifeScores& out_;
  std::vector<Part> parts_;
  std::vector<int32_t*> dimensions_;  // of out_
  const DayRules* day_ = nullptr;
  std::vector<CountedMetric> metrics_;
};

// The same as RollUp over a run of days with the same rules, where every roll-up is a mean of small numbers: a column
// at a time, in loops without branches.
class MeanColumns {
 public:
  MeanColumns(const Rules& rules, const std::vector<MetricColumn>& columns, OwnDays& own, LifeScores& out)
      : rules_(rules), columns_(columns), own_(own), out_(out), parts_(rules.dimensions().size()) {}

  [[nodiscard]] static bool can(const Rules& rules) {
    const plan::Plan& plan = rules.plan();
    return rules.narrow() && plan.rollup == plan::Rollup::mean &&
           std::ranges::all_of(plan.dimensions,
                               [](const plan::Dimension& d) { return d.rollup == plan::Rollup::mean; });
  }

  void days(size_t begin, size_t end, const DayRules& today) {
    begin_ = begin;
    count_ = end - begin;
    for (const uint32_t i : rules_.order()) {
      const DimensionNode& dimension = rules_.dimensions()[i];
      start(dimension.metrics, dimension.dimensions, today);
      for (const uint32_t m : dimension.metrics) add_metric(columns_[m], today.weights.metric[m]);
      add_parts(dimension.dimensions, today);
      finish(parts_[i]);
      const bool counts = today.weights.dimension[i] != 0;
      for (size_t d = 0; d < count_; ++d) {
        const int32_t worth = parts_[i].worth[d];
        out_.dimension[i][begin_ + d] = worth == kNoPoints || !counts ? -1 : worth;
      }
    }
    start({}, rules_.top(), today);
    add_parts(rules_.top(), today);
    finish(top_);
    for (size_t d = 0; d < count_; ++d) {
      const int32_t score = top_.worth[d];
      out_.coverage[begin_ + d] = top_.share[d];
      own_.all_evidence[begin_ + d] = all_evidence_[d];
      own_.rolled_up[begin_ + d] =
          score == kNoPoints ? kNoScore : (score + kMicrosPerHundredth / 2) / kMicrosPerHundredth;
    }
  }

 private:
  // What a dimension, or the whole, comes to by day.
  struct Part {
    std::vector<int32_t> worth, share;
    std::vector<uint8_t> evidence;
  };

  // Weights are taken in the smallest whole numbers: a mean stays what it is, its sums become small.
  void start(const std::vector<uint32_t>& metrics, const std::vector<uint32_t>& dimensions, const DayRules& today) {
    divisor_ = 0;
    for (const uint32_t m : metrics) divisor_ = std::gcd(divisor_, today.weights.metric[m]);
    for (const uint32_t i : dimensions) divisor_ = std::gcd(divisor_, today.weights.dimension[i]);
    divisor_ = std::max<int64_t>(divisor_, 1);
    whole_ = 0;
    product_.assign(count_, 0);
    weight_.assign(count_, 0);
    covered_.assign(count_, 0);
    evidence_.assign(count_, 0);
    all_evidence_.assign(count_, 1);
  }

  void add_metric(const MetricColumn& column, int64_t weight) {
    if (weight == 0) return;
    weight /= divisor_;
    whole_ += weight;
    const int32_t* points = column.points.data() + begin_;
    if (column.evidence.empty() && column.missing == kNoPoints) {  // most of them
      for (size_t d = 0; d < count_; ++d) {
        const int64_t counted = points[d] != kNoPoints ? weight : 0;
        product_[d] += counted * points[d];
        weight_[d] += counted;
        covered_[d] += counted * kMicros;
        evidence_[d] |= static_cast<uint8_t>(counted != 0);
      }
      return;
    }
    const uint8_t* given = column.evidence.empty() ? nullptr : column.evidence.data() + begin_;
    for (size_t d = 0; d < count_; ++d) {
      const bool there = points[d] != kNoPoints;
      const bool evidence = given == nullptr ? there : given[d] != 0;
      const int32_t worth = there ? points[d] : column.missing;
      const int64_t counted = worth != kNoPoints ? weight : 0;
      product_[d] += counted * worth;
      weight_[d] += counted;
      covered_[d] += evidence ? weight * kMicros : 0;
      evidence_[d] |= static_cast<uint8_t>(evidence);
    }
  }

  void add_parts(const std::vector<uint32_t>& dimensions, const DayRules& today) {
    for (const uint32_t i : dimensions) {
      const int64_t weight = today.weights.dimension[i] / divisor_;
      if (weight == 0) continue;
      whole_ += weight;
      const Part& part = parts_[i];
      for (size_t d = 0; d < count_; ++d) {
        const int64_t counted = part.worth[d] != kNoPoints ? weight : 0;
        product_[d] += counted * part.worth[d];
        weight_[d] += counted;
        covered_[d] += weight * part.share[d];
        evidence_[d] |= part.evidence[d];
        all_evidence_[d] &= part.evidence[d];
      }
    }
  }

  void finish(Part& part) {
    part.worth.resize(count_);
    part.share.resize(count_);
    for (size_t d = 0; d < count_; ++d) {
      part.worth[d] = weight_[d] == 0 ? kNoPoints : Mean<int64_t>{product_[d], weight_[d]}.value();
      part.share[d] = covered_[d] == 0                  ? 0
                      : covered_[d] == whole_ * kMicros ? kMicros
                                                        : Mean<int64_t>{covered_[d], whole_}.value();
    }
    part.evidence = evidence_;
  }

  const Rules& rules_;
  const std::vector<MetricColumn>& columns_;
  OwnDays& own_;
  LifeScores& out_;
  std::vector<Part> parts_;
  Part top_;
  size_t begin_ = 0, count_ = 0;
  // Of the group under way.
  int64_t divisor_ = 1, whole_ = 0;
  std::vector<int64_t> product_, weight_, covered_;
  std::vector<uint8_t> evidence_, all_evidence_;
};

void resize(LifeScores& out, size_t n, size_t dimensions) {
  out.state.assign(n, State::none);
  for (auto* v : {&out.score, &out.computed, &out.rolled_up}) v->assign(n, kNoScore);
  for (auto* v : {&out.hierarchy, &out.triggers, &out.cap, &out.silence, &out.override_line}) v->assign(n, 0);
  out.band.assign(n, -1);
  out.band_list.assign(n, 0);
  out.segment.assign(n, -1);
  out.stage.assign(n, -1);
  out.dimension.resize(dimensions);
  out.coverage.resize(n);
  for (auto& v : out.dimension) v.resize(n);
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
  own.rolled_up.resize(n);
  own.all_evidence.resize(n);
  std::vector<MetricColumn> columns(plan.metrics.size());
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension) columns[m] = column_of(plan.metrics[m], m, days, buffers);
  }
  const auto all_days = [&](auto roll) {
    for (size_t d = 0; d < n; ++d) roll.day(d);
  };
  if (MeanColumns::can(rules)) {
    MeanColumns roll(rules, columns, own, out);
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
      const DayRules& today = rules.on(out.segment[begin], out.stage[begin]);
      for (end = begin; end < n && &rules.on(out.segment[end], out.stage[end]) == &today;) ++end;
      roll.days(begin, end, today);
    }
  } else if (rules.narrow()) {
    all_days(RollUp<int64_t>(rules, columns, own, out));
  } else {
    all_days(RollUp<Int128>(rules, columns, own, out));
  }
  run_triggers(rules, days, out, own);
}

}  // namespace kenko::score
