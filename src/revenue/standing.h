// revenue/standing.h
//
// Where every account stood on some days: customer or not, score, band, segment, and whom it belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"
#include "engine/hierarchy.h"
#include "score/history.h"

namespace kenko::revenue {

/// One account on one day (law a: with the facts cut at that day).
struct Standing {
  bool pays = false;      ///< it has a row and is neither churned nor internal: its contracts are worth something
  bool customer = false;  ///< the same, and it is not on trial
  bool decided = false;   ///< it has given notice
  score::State state = score::State::none;
  int32_t score = score::kNoScore;  ///< hundredths
  int16_t band = -1;                ///< position in Standings::bands, -1 = none
  int16_t segment = -1;             ///< position in plan.segments
};

/// The standings of all accounts on some days.  Threads: immutable once made.
class Standings {
 public:
  /// `days` in any order, none after `until`.
  Standings(const engine::Engine& engine, std::vector<Day> days, Day until, int threads);

  /// Requires that the day is one of those asked for.
  [[nodiscard]] const Standing& at(uint32_t account, Day day) const;
  /// The top parent of the day, else the account itself.
  [[nodiscard]] uint32_t top_of(uint32_t account, Day day) const;
  /// Names of bands: the model's, worst first, then those that segments or stages alone have.
  [[nodiscard]] const std::vector<std::string>& bands() const { return bands_; }
  [[nodiscard]] size_t accounts() const { return accounts_; }

 private:
  [[nodiscard]] int16_t band_code(const plan::Plan& plan, const score::LifeScores& scores, size_t at) const;

  std::vector<Day> days_;
  std::vector<std::string> bands_;
  size_t accounts_ = 0;
  std::vector<Standing> standings_;  // account after account
  engine::Hierarchy hierarchy_;
};

}  // namespace kenko::revenue
