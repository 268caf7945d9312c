#include "score/triggers.h"

#include <algorithm>

#include "score/day_parts.h"
#include "score/rules.h"

namespace kenko::score {

void TriggerState::step(bool when, bool until) {
  ++day_;
  if (when) last_true_ = day_;
  if (when && !was_true_ && trigger_->stack > 1) start_days_.push_back(day_);
  was_true_ = when;
  if (!trigger_->until) {
    active_ = last_true_ > day_ - trigger_->for_days;
  } else if (when) {
    active_ = true;
  } else if (until) {
    active_ = false;
  }
  if (!trigger_->once) return;
  if (ran_ && !active_) spent_ = true;
  ran_ = ran_ || active_;
}

int32_t TriggerState::starts() const {
  const auto first = std::upper_bound(start_days_.begin(), start_days_.end(), day_ - trigger_->for_days);
  return std::clamp(static_cast<int32_t>(start_days_.end() - first), 1, std::max(1, trigger_->stack));
}

std::vector<ActiveTrigger> active_triggers(const plan::Plan& plan, const engine::LifeDays& days, size_t at) {
  std::vector<ActiveTrigger> out;
  if (plan.triggers.empty()) return out;
  const int segment = days.segment.empty() ? -1 : days.segment[at];
  const int stage = days.stage.empty() ? -1 : days.stage[at];
  const std::vector<TriggerEffect> effects = effects_on(plan, segment, stage);
  for (uint32_t t = 0; t < plan.triggers.size(); ++t) {
    if (effects[t].off) continue;
    TriggerState state(plan.triggers[t]);
    const engine::TriggerDays& flags = days.triggers[t];
    for (size_t d = 0; d <= at; ++d) state.step(flags.when[d] != 0, !flags.until.empty() && flags.until[d] != 0);
    if (!state.active()) continue;
    const int32_t starts = state.starts();
    out.push_back({t, starts, effects[t].points_hundredths * starts, effects[t].cap_hundredths});
  }
  return out;
}

}  // namespace kenko::score
