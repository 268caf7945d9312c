#include <algorithm>

#include "base/decimal.h"
#include "score/history.h"

namespace kenko::score {
namespace {

constexpr int64_t kMicros = 1'000'000;
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

// True when every mean of the plan fits into 61 bits: points are below 2^27, shares below 2^20.
bool fits_64_bits(const plan::Plan& plan) {
  Int128 weights = 0;
  for (const plan::Metric& m : plan.metrics) weights += m.weight.micros;
  for (const plan::Dimension& d : plan.dimensions) weights += d.weight.micros;
  return weights < (static_cast<Int128>(1) << 34);
}

// What one day's metrics come to, before anything that looks at other days.
struct Day1 {
  int32_t rolled_up = kNoScore;  // hundredths
  int32_t coverage = 0;
  bool all_evidence = true;  // every dimension has evidence
};

class RollUp {
 public:
  RollUp(const plan::Plan& plan, const engine::LifeDays& days, LifeScores& out) : plan_(plan), days_(days), out_(out) {
    by_dimension_.resize(plan.dimensions.size());
    for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
      if (plan.metrics[m].dimension) by_dimension_[*plan.metrics[m].dimension].push_back(m);
    }
  }

  template <typename Acc>
  Day1 day(size_t d) {
    Mean<Acc> score, coverage;
    Day1 result;
    for (size_t i = 0; i < by_dimension_.size(); ++i) {
      Mean<Acc> points, evidence;
      for (const uint32_t m : by_dimension_[i]) {
        const plan::Metric& metric = plan_.metrics[m];
        const MetricPoints p = points_of(metric, days_.metrics[m].points[d]);
        evidence.add(metric.weight.micros, p.evidence ? kMicros : 0);
        if (p.points >= 0) points.add(metric.weight.micros, p.points);
      }
      const int64_t weight = plan_.dimensions[i].weight.micros;
      out_.dimension[i][d] = points.empty() ? -1 : points.value();
      if (!points.empty()) score.add(weight, points.value());
      coverage.add(weight, evidence.empty() ? 0 : evidence.value());
      result.all_evidence = result.all_evidence && evidence.weighted > 0;
    }
    result.coverage = coverage.value();
    if (!score.empty()) result.rolled_up = (score.value() + kMicrosPerHundredth / 2) / kMicrosPerHundredth;
    return result;
  }

 private:
  const plan::Plan& plan_;
  const engine::LifeDays& days_;
  LifeScores& out_;
  std::vector<std::vector<uint32_t>> by_dimension_;
};

int8_t band_of(const plan::Plan& plan, int32_t score, bool all_evidence) {
  int band = 0;
  while (band + 1 < std::ssize(plan.bands) && plan.bands[static_cast<size_t>(band) + 1].from_hundredths <= score)
    ++band;
  const bool best = band + 1 == std::ssize(plan.bands);
  if (best && !all_evidence && band > 0) --band;
  return static_cast<int8_t>(band);
}

void resize(LifeScores& out, size_t n, size_t dimensions) {
  out.state.assign(n, State::none);
  out.status.resize(n);
  for (auto* v : {&out.score, &out.rolled_up}) v->assign(n, kNoScore);
  out.silence.assign(n, 0);
  out.coverage.assign(n, 0);
  out.band.assign(n, -1);
  out.dimension.resize(dimensions);
  for (auto& v : out.dimension) v.assign(n, -1);
}

}  // namespace

std::string_view word(State state) {
  switch (state) {
    case State::none:
      return "none";
    case State::scored:
      return "scored";
    case State::paused:
      return "paused";
    case State::insufficient:
      return "insufficient data";
    case State::too_new:
      return "too new";
    case State::unscored:
      return "not scored";
  }
  return "none";
}

MetricPoints points_of(const plan::Metric& metric, int32_t curve_points) {
  if (curve_points >= 0) return {curve_points, true};
  if (metric.missing.kind == plan::Missing::Kind::exclude) return {};
  return {static_cast<int32_t>(metric.missing.points_micros), false};
}

void roll_up(const plan::Plan& plan, const engine::LifeDays& days, Silence& silence, LifeScores& out) {
  using engine::AccountStatus;
  const size_t n = days.size();
  resize(out, n, plan.dimensions.size());
  out.first = days.first;
  RollUp roll(plan, days, out);
  const bool narrow = fits_64_bits(plan);
  int32_t& smallest = silence.smallest;
  int32_t kept = kNoScore;  // score and band of the last day before a pause
  int8_t kept_band = -1;
  for (size_t d = 0; d < n; ++d) {
    out.status[d] = days.status[d];
    const Day1 day = narrow ? roll.day<int64_t>(d) : roll.day<Int128>(d);
    out.coverage[d] = day.coverage;
    if (days.fact_day[d] != 0 && days.status[d] != AccountStatus::paused) smallest = kNoScore;
    if (days.status[d] == AccountStatus::paused) {
      out.state[d] = State::paused;
      out.score[d] = kept;
      out.band[d] = kept_band;
      continue;
    }
    kept = kNoScore;
    kept_band = -1;
    switch (days.status[d]) {
      case AccountStatus::none:
        continue;
      case AccountStatus::trial:
      case AccountStatus::churned:
      case AccountStatus::internal:
        out.state[d] = State::unscored;
        continue;
      case AccountStatus::paused:
      case AccountStatus::onboarding:
      case AccountStatus::active:
      case AccountStatus::notice:
        break;
    }
    if (day.rolled_up == kNoScore || day.coverage < plan.min_coverage_micros) {
      const int32_t age_days = days.first.number + static_cast<int32_t>(d) - days.account_start[d] + 1;
      out.state[d] = age_days <= plan.too_new_days ? State::too_new : State::insufficient;
      continue;
    }
    smallest = smallest == kNoScore ? day.rolled_up : std::min(smallest, day.rolled_up);
    out.state[d] = State::scored;
    out.rolled_up[d] = day.rolled_up;
    out.score[d] = smallest;
    out.silence[d] = smallest - day.rolled_up;
    out.band[d] = band_of(plan, smallest, day.all_evidence);
    kept = out.score[d];
    kept_band = out.band[d];
  }
}

}  // namespace kenko::score
