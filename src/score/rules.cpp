#include "score/rules.h"

#include <algorithm>

namespace kenko::score {
namespace {

TriggerEffect effect_of(const plan::Trigger& t) { return {false, t.points_hundredths, t.cap_hundredths}; }

void apply(const plan::Changes& changes, std::vector<TriggerEffect>& effects) {
  for (const auto& [i, change] : changes.triggers) {
    effects[i].off = false;
    effects[i].points_hundredths = change.points_hundredths.value_or(effects[i].points_hundredths);
    if (change.cap_hundredths) effects[i].cap_hundredths = change.cap_hundredths;
  }
  for (const uint32_t i : changes.triggers_off) effects[i].off = true;
}

void apply(const plan::Changes& changes, Weights& weights) {
  for (const auto& [i, weight] : changes.dimension_weights) weights.dimension[i] = weight.micros;
  for (const auto& [i, weight] : changes.metric_weights) weights.metric[i] = weight.micros;
}

}  // namespace

Rules::Rules(const plan::Plan& plan, const engine::RunOptions& options)
    : plan_(plan), triggers_(options.triggers && !plan.triggers.empty()) {
  add_dimensions();
  add_bands();
  add_day_rules();
}

void Rules::add_dimensions() {
  dimensions_.resize(plan_.dimensions.size());
  std::vector<std::pair<int, uint32_t>> by_depth;
  for (uint32_t i = 0; i < plan_.dimensions.size(); ++i) {
    int depth = 0;
    for (auto up = plan_.dimensions[i].parent; up; up = plan_.dimensions[*up].parent) --depth;
    by_depth.emplace_back(depth, i);
    if (const auto parent = plan_.dimensions[i].parent) {
      dimensions_[*parent].dimensions.push_back(i);
    } else {
      top_.push_back(i);
    }
  }
  std::sort(by_depth.begin(), by_depth.end());
  for (const auto& [depth, i] : by_depth) order_.push_back(i);
  for (uint32_t m = 0; m < plan_.metrics.size(); ++m) {
    if (plan_.metrics[m].dimension) dimensions_[*plan_.metrics[m].dimension].metrics.push_back(m);
  }
}

void Rules::add_bands() {
  int16_t lists = 1;
  for (const auto* segments : {&plan_.segments, &plan_.life_stages}) {
    for (const plan::Segment& s : *segments) lists = static_cast<int16_t>(lists + (s.changes.bands.empty() ? 0 : 1));
  }
  for (int16_t list = 0; list < lists; ++list) {
    const std::span<const plan::Band> bands = bands_of(plan_, list);
    std::vector<int32_t>& from = froms_.emplace_back();
    for (const plan::Band& b : bands) from.push_back(b.from_hundredths);
    quantile_.push_back(!bands.empty() && bands.back().quantile_micros ? 1 : 0);
    int16_t same = 0;
    while (!std::ranges::equal(bands_of(plan_, same), bands)) ++same;
    same_.push_back(same);
  }
}

void Rules::add_day_rules() {
  for (int segment = -1; segment < std::ssize(plan_.segments); ++segment) {
    for (int stage = -1; stage < std::ssize(plan_.life_stages); ++stage) {
      DayRules day;
      day.weights = weights_on(plan_, segment, stage);
      day.band_list = band_list_on(plan_, segment, stage);
      day.triggers = effects_on(plan_, segment, stage);
      // Points are below 2^27, shares below 2^20.
      Int128 sum = 0;
      for (const int64_t w : day.weights.metric) sum += w;
      for (const int64_t w : day.weights.dimension) sum += w;
      narrow_ = narrow_ && sum < (static_cast<Int128>(1) << 34);
      days_.push_back(std::move(day));
    }
  }
}

bool Rules::any_quantile() const { return std::ranges::find(quantile_, uint8_t{1}) != quantile_.end(); }

Weights weights_on(const plan::Plan& plan, int segment, int stage) {
  Weights out;
  for (const plan::Metric& m : plan.metrics) out.metric.push_back(m.dimension ? m.weight.micros : 0);
  for (const plan::Dimension& d : plan.dimensions) out.dimension.push_back(d.weight.micros);
  if (segment >= 0) apply(plan.segments[static_cast<size_t>(segment)].changes, out);
  if (stage >= 0) apply(plan.life_stages[static_cast<size_t>(stage)].changes, out);
  return out;
}

std::vector<TriggerEffect> effects_on(const plan::Plan& plan, int segment, int stage) {
  std::vector<TriggerEffect> out;
  for (const plan::Trigger& t : plan.triggers) out.push_back(effect_of(t));
  if (segment >= 0) apply(plan.segments[static_cast<size_t>(segment)].changes, out);
  if (stage >= 0) apply(plan.life_stages[static_cast<size_t>(stage)].changes, out);
  return out;
}

int16_t band_list_on(const plan::Plan& plan, int segment, int stage) {
  int16_t list = 0, next = 1;
  for (int i = 0; i < std::ssize(plan.segments); ++i) {
    if (plan.segments[static_cast<size_t>(i)].changes.bands.empty()) continue;
    if (i == segment) list = next;
    ++next;
  }
  for (int i = 0; i < std::ssize(plan.life_stages); ++i) {
    if (plan.life_stages[static_cast<size_t>(i)].changes.bands.empty()) continue;
    if (i == stage) list = next;
    ++next;
  }
  return list;
}

std::span<const plan::Band> bands_of(const plan::Plan& plan, int16_t list) {
  if (list == 0) return plan.bands;
  for (const auto* segments : {&plan.segments, &plan.life_stages}) {
    for (const plan::Segment& s : *segments) {
      if (!s.changes.bands.empty() && --list == 0) return s.changes.bands;
    }
  }
  return {};
}

const plan::Band* band_on(const plan::Plan& plan, const LifeScores& scores, size_t at) {
  if (scores.band[at] < 0) return nullptr;
  return &bands_of(plan, scores.band_list[at])[static_cast<size_t>(scores.band[at])];
}

}  // namespace kenko::score
