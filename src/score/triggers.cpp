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

struct TriggerWalk::State {
  const plan::Plan& plan;
  const engine::LifeDays& days;
  std::vector<TriggerState> triggers;
  std::vector<TriggerEffect> effects;
  int segment = INT32_MIN, stage = INT32_MIN;  // whose effects they are
  size_t at = 0;
  std::vector<ActiveTrigger> active;
};

TriggerWalk::TriggerWalk(const plan::Plan& plan, const engine::LifeDays& days)
    : state_(new State{plan, days, {}, {}, INT32_MIN, INT32_MIN, 0, {}}) {
  for (const plan::Trigger& trigger : plan.triggers) state_->triggers.emplace_back(trigger);
}
TriggerWalk::~TriggerWalk() = default;

const std::vector<ActiveTrigger>& TriggerWalk::next() {
  State& s = *state_;
  s.active.clear();
  const size_t at = s.at++;
  if (s.triggers.empty()) return s.active;
  const int segment = s.days.segment.empty() ? -1 : s.days.segment[at];
  const int stage = s.days.stage.empty() ? -1 : s.days.stage[at];
  if (segment != s.segment || stage != s.stage) {
    s.effects = effects_on(s.plan, segment, stage);
    s.segment = segment;
    s.stage = stage;
  }
  for (uint32_t t = 0; t < s.triggers.size(); ++t) {
    const engine::TriggerDays& flags = s.days.triggers[t];
    TriggerState& trigger = s.triggers[t];
    trigger.step(flags.when[at] != 0, !flags.until.empty() && flags.until[at] != 0);
    if (s.effects[t].off || !trigger.active()) continue;
    const int32_t starts = trigger.starts();
    s.active.push_back({t, starts, s.effects[t].points_hundredths * starts, s.effects[t].cap_hundredths});
  }
  return s.active;
}

std::vector<ActiveTrigger> active_triggers(const plan::Plan& plan, const engine::LifeDays& days, size_t at) {
  TriggerWalk walk(plan, days);
  for (size_t d = 0; d < at; ++d) (void)walk.next();
  return walk.next();
}

}  // namespace kenko::score
