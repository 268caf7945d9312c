#include "score/finish.h"

#include <algorithm>

namespace kenko::score {
namespace {

constexpr int32_t kHighest = 10'000;  // hundredths

int32_t overridden(const engine::Override& o, int32_t score) {
  switch (o.kind) {
    case engine::Override::Kind::value:
      return o.hundredths;
    case engine::Override::Kind::floor:
      return std::max(score, o.hundredths);
    case engine::Override::Kind::ceiling:
      return std::min(score, o.hundredths);
    case engine::Override::Kind::none:
      break;
  }
  return score;
}

}  // namespace

int BandState::step(int16_t list, std::span<const int32_t> froms, int32_t score) {
  if (froms.empty()) return -1;
  int by_score = 0;
  while (by_score + 1 < std::ssize(froms) && froms[static_cast<size_t>(by_score) + 1] <= score) ++by_score;
  const plan::Plan& plan = rules_->plan();
  if (plan.band_margin_hundredths == 0 && plan.band_dwell_days <= 1) return by_score;
  const int16_t same = rules_->same_bands(list);
  if (shown_ < 0 || same != list_) {
    shown_ = by_score;
    waited_ = 0;
    list_ = same;
    return shown_;
  }
  const int32_t margin = plan.band_margin_hundredths;
  int candidate = shown_;
  for (int k = shown_ + 1; k < std::ssize(froms); ++k) {
    if (froms[static_cast<size_t>(k)] + margin <= score) candidate = k;
  }
  if (candidate == shown_ && score < froms[static_cast<size_t>(shown_)] - margin) candidate = by_score;
  waited_ = candidate == shown_ ? 0 : waited_ + 1;
  if (waited_ >= plan.band_dwell_days) {
    shown_ = candidate;
    waited_ = 0;
  }
  return shown_;
}

void Finisher::begin_life() {
  band_ = BandState(*rules_);
  kept_score_ = kNoScore;
  kept_band_ = -1;
  kept_list_ = 0;
}

std::optional<int32_t> Finisher::value_of(Day day, std::optional<int32_t> own) {
  const plan::Hierarchy& hierarchy = rules_->plan().hierarchy;
  if (!hierarchy.uses_children()) return own;
  children_.clear();
  if (others_.children != nullptr) others_.children->find(account_, day, children_);
  return parts_of(hierarchy, own, children_).value(hierarchy);
}

int8_t Finisher::band_of(const engine::LifeDays& days, const OwnDays& own, size_t at, LifeScores& out) {
  const int16_t list = rules_->on(out.segment[at], out.stage[at]).band_list;
  std::span<const int32_t> froms;
  if (!rules_->by_quantile(list)) {
    froms = rules_->froms(list);
  } else if (others_.quantiles != nullptr) {
    froms = others_.quantiles->froms(list, days.first + static_cast<int32_t>(at), out.segment[at]);
  }
  out.band_list[at] = list;
  int band = band_.step(list, froms, out.score[at]);
  const bool best = band + 1 == std::ssize(froms);
  if (best && band > 0 && own.all_evidence[at] == 0) --band;
  return static_cast<int8_t>(band);
}

void Finisher::step(const engine::LifeDays& days, const OwnDays& own, size_t at, LifeScores& out) {
  using engine::AccountStatus;
  if (days.fact_day[at] != 0) silence.smallest = kNoScore;
  const AccountStatus status = days.status[at];
  if (status == AccountStatus::paused) {
    out.state[at] = State::paused;
    out.score[at] = kept_score_;
    out.band[at] = kept_band_;
    out.band_list[at] = kept_list_;
    return;
  }
  kept_score_ = kNoScore;
  kept_band_ = -1;
  if (status == AccountStatus::none) return;
  if (!engine::is_scored(rules_->plan().accounts, status) || (!days.scored.empty() && days.scored[at] == 0)) {
    out.state[at] = State::unscored;
    return;
  }
  const plan::Plan& plan = rules_->plan();
  std::optional<int32_t> rolled_up;
  if (own.rolled_up[at] != kNoScore && out.coverage[at] >= plan.min_coverage_micros) rolled_up = own.rolled_up[at];
  const std::optional<int32_t> value = value_of(days.first + static_cast<int32_t>(at), rolled_up);
  if (!value) {
    const int32_t age_days = days.first.number + static_cast<int32_t>(at) - days.account_start[at] + 1;
    out.state[at] = age_days <= plan.too_new_days ? State::too_new : State::insufficient;
    return;
  }
  out.state[at] = State::scored;
  out.rolled_up[at] = rolled_up.value_or(kNoScore);
  out.hierarchy[at] = *value - rolled_up.value_or(0);
  int32_t score = *value;
  if (!own.trigger_sum.empty()) {
    const int32_t held = std::clamp(score + own.trigger_sum[at], 0, kHighest);
    const int32_t capped = std::min(held, own.trigger_limit[at]);
    out.triggers[at] = held - score;
    out.cap[at] = capped - held;
    score = capped;
  }
  silence.smallest = silence.smallest == kNoScore ? score : std::min(silence.smallest, score);
  out.silence[at] = silence.smallest - score;
  out.computed[at] = silence.smallest;
  out.score[at] = days.overrides.empty() ? out.computed[at] : overridden(days.overrides[at], out.computed[at]);
  out.override_line[at] = out.score[at] - out.computed[at];
  out.band[at] = band_of(days, own, at, out);
  kept_score_ = out.score[at];
  kept_band_ = out.band[at];
  kept_list_ = out.band_list[at];
}

void Finisher::life(const engine::LifeDays& days, const OwnDays& own, LifeScores& out) {
  begin_life();
  for (size_t d = 0; d < days.size(); ++d) step(days, own, d, out);
}

}  // namespace kenko::score
