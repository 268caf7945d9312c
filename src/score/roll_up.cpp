#include "score/finish.h"
#include "score/history.h"
#include "score/own_days.h"

namespace kenko::score {

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

void roll_up(const plan::Plan& plan, const engine::LifeDays& days, Silence& silence, LifeScores& out) {
  const Rules rules(plan);
  MetricBuffers buffers;
  OwnDays own;
  roll_up_own(rules, days, buffers, own, out);
  Finisher finisher(rules, {}, 0);
  finisher.silence = silence;
  finisher.life(days, own, out);
  silence = finisher.silence;
}

int32_t days_in_stage(const engine::LifeDays& days, size_t at) {
  if (days.stage.empty() || days.stage[at] < 0) return 0;
  int32_t count = 1;
  while (static_cast<size_t>(count) <= at && days.stage[at - static_cast<size_t>(count)] == days.stage[at]) ++count;
  return count;
}

}  // namespace kenko::score
