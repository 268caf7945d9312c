// score/account_run.h
//
// One account on its way from facts to scores.  Internal to the module.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "engine/peers.h"
#include "score/finish.h"
#include "score/history.h"
#include "score/own_days.h"

namespace kenko::score {

/// The memory of one thread, or of one account of a group that is finished together.
class AccountRun {
 public:
  AccountRun(const engine::Engine& engine, const engine::Peers& peers, const Rules& rules)
      : engine_(engine), peers_(peers), rules_(rules), finisher_(rules, {}, 0) {}

  /// Computes everything that no other account's score has a say in.
  void load(uint32_t account, Others others);
  /// Finishes all days.
  void finish();
  /// Finishes one day; call it with every day in the order of time.
  void finish(Day day);

  [[nodiscard]] uint32_t account() const { return account_; }
  /// The days between the first life's first and the last life's last day; first > last when there are none.
  [[nodiscard]] Day first() const { return days_.empty() ? Day::kMax : days_.front().first; }
  [[nodiscard]] Day last() const;
  [[nodiscard]] AccountHistory history(const Children* children) const;
  /// Gives the account's finished scores to `children`; begin() was called.
  void give(Children& children) const;
  void give(Children& children, Day day) const;

 private:
  void give(Children& children, size_t life, size_t at) const;
  [[nodiscard]] size_t life_of(Day day) const;  // days_.size() when it is in none

  const engine::Engine& engine_;
  const engine::Peers& peers_;
  const Rules& rules_;
  uint32_t account_ = 0;
  engine::Scratch scratch_;
  MetricBuffers buffers_;
  std::vector<engine::LifeDays> days_;
  std::vector<LifeScores> scores_;
  std::vector<OwnDays> own_;
  Finisher finisher_;
};

}  // namespace kenko::score
