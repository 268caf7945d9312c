// score/account_scorer.h
//
// Single accounts, one after the other, for a process that lives long.
#pragma once

#include <memory>

#include "base/day.h"
#include "engine/engine.h"
#include "score/history.h"

namespace kenko::score {

/// What for_each_account() makes for each call, made once and kept.
///
/// Meaning: history() says what for_each_account() says of the account.
/// Cost:    of making it: what the accounts need of others (parents, children(), percentiles, quantile bands, overdue
///          sources) for all of them; next to nothing where the model and the facts have none of these.  Of history():
///          the account's events and days.
/// Ownership: refers to the engine.  Threads: one at a time.
class AccountScorer {
 public:
  AccountScorer(const engine::Engine& engine, Day until);
  ~AccountScorer();
  AccountScorer(const AccountScorer&) = delete;
  AccountScorer& operator=(const AccountScorer&) = delete;

  /// Looks at the others again, as far as day `until`: needed after Engine::follow(), and for another day.
  void renew(Day until);
  /// The account's lives; the views are gone with the next call.
  [[nodiscard]] AccountHistory history(uint32_t account);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kenko::score
