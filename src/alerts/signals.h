// alerts/signals.h
//
// What the rules see of the accounts on each closed day, and the streaks that come of it.  docs/ALERTS.md "The signal
// of a rule on a closed day".  Knows nothing of people and clocks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "alerts/account_day.h"
#include "alerts/rules.h"

namespace kenko::alerts {

/// What a rule sees of one account on one closed day, with the numbers that it rests on.
///
/// own:    a yes is the customer's own doing.
/// value:  the score (baseline: the recent mean), before: what it is compared with, part: the customer's own part of
///         the difference; hundredths, kNone = nothing to say.  since: the day of `before`.
struct Signal {
  Truth truth = Truth::unknown;
  bool own = true;
  int32_t value = kNone, before = kNone, part = 0;
  Day since;
};

/// Days on which a rule (of kind level: one threshold) held.  A no ends a streak that does not fire; one that fires
/// goes on until clear_after no in a row.
struct Streak {
  int32_t yes = 0, no = 0;
  bool fresh = false;  ///< a day of it is fresh
  bool own = false;    ///< its last answer is a yes that is own
  bool fires = false;  ///< fire_after days were yes, and clear_after no have not followed
  Signal last;         ///< the last yes

  /// What opens an alert with a clock.
  [[nodiscard]] bool acts() const { return fires && own && !fresh; }
};

/// What is remembered of one account.
class AccountTrack {
 public:
  AccountDay last;  ///< its last row
  Day last_day;
  int32_t fall = 0;  ///< points fallen in kUrgencyDays, hundredths, at least 0

  /// Of a slot (Signals::slot); one that never held has no days.
  [[nodiscard]] const Streak& streak(size_t slot) const;

 private:
  friend class Signals;
  struct Row {
    Day day;
    int64_t own_sum = 0;  ///< of the own parts up to the day
    int32_t score = kNone;
    int32_t band_place = -1;
    Hash128 model;
  };
  struct Above {
    Day day;
    int32_t score = kNone;  ///< kNone = never
    int64_t own_sum = 0;
  };
  /// The largest fall to the last row from a day in [day - within, day).
  [[nodiscard]] Signal fallen(int32_t within) const;
  [[nodiscard]] Signal below(int32_t limit, Above& above) const;
  [[nodiscard]] Signal departed(const Rule& rule) const;
  [[nodiscard]] Signal band_lost(int32_t within) const;

  std::vector<Row> rows_;  ///< ascending; those that a rule may still look at
  std::vector<Streak> streaks_;
  std::vector<Above> above_;
};

/// The days before a closed day that its rules look at.
[[nodiscard]] int32_t longest_look(const Rules& rules);

/// All accounts, day by day.
class Signals {
 public:
  /// Takes in a closed day.  quiet: by row of the day.
  void advance(const Rules& rules, const ClosedDay& day, std::span<const uint8_t> quiet);

  /// Rows of so many days are kept, for rules that come later.
  void keep(int32_t days) { longest_ = std::max(longest_, days); }
  /// The account has left: a later life begins anew.
  void forget(uint32_t account) { accounts_.erase(account); }

  /// By code of the account.
  [[nodiscard]] const std::map<uint32_t, AccountTrack>& accounts() const { return accounts_; }
  /// Where the streaks of a rule of the day stand; kind level: one for each threshold, else `level` means nothing.
  [[nodiscard]] size_t slot(size_t rule, Level level = Level::warning) const {
    return slots_of_rules_[rule * kLevels + static_cast<size_t>(level)];
  }
  /// Of a rule of kind `silent`, by code of the source.
  [[nodiscard]] const std::map<uint32_t, Streak>& sources(size_t rule) const;
  [[nodiscard]] Day day() const { return day_; }

 private:
  struct Slot {
    Hash128 meaning;
    Day since;  ///< the first closed day on which it was looked at
  };
  void find_slots(const Rules& rules);
  void row(const Rules& rules, const ClosedDay& day, const AccountDay& row, bool quiet);
  [[nodiscard]] Signal look(const Rule& rule, size_t slot, Level level, const Rules& rules, const ClosedDay& day,
                            bool quiet, AccountTrack& track) const;
  void look_at_sources(const Rules& rules, const ClosedDay& day);
  [[nodiscard]] bool fresh(size_t slot) const { return other_model_ || slots_[slot].since == day_; }

  std::map<uint32_t, AccountTrack> accounts_;
  std::vector<Slot> slots_;
  std::vector<size_t> slots_of_rules_;
  std::map<size_t, std::map<uint32_t, Streak>> sources_;  // by slot
  std::optional<Hash128> model_;
  bool other_model_ = false;
  Day day_;
  int32_t longest_ = kUrgencyDays;
};

}  // namespace kenko::alerts
