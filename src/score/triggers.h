// score/triggers.h
//
// The state of a trigger along the days of a life.  docs/SEMANTICS.md#triggers.  Internal to the module.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace kenko::score {

/// One trigger in one life; step() is called once a day from the life's first day on.
class TriggerState {
 public:
  explicit TriggerState(const plan::Trigger& trigger) : trigger_(&trigger) {}

  void step(bool when, bool until);
  [[nodiscard]] bool active() const { return active_ && !spent_; }
  /// How often its points count on the day of the last step.
  [[nodiscard]] int32_t starts() const;

 private:
  const plan::Trigger* trigger_;
  int32_t day_ = -1;
  int32_t last_true_ = INT32_MIN / 2;
  bool was_true_ = false;
  bool active_ = false;
  bool ran_ = false;    // it has been active
  bool spent_ = false;  // once: the first run is over
  std::vector<int32_t> start_days_;
};

}  // namespace kenko::score
