// plays/follow.h
//
// What became of the accounts for which a play began, was held out, or could have begun: the rows that plays/effect.h
// judges.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/account_day.h"
#include "plays/day_view.h"
#include "plays/effect.h"
#include "plays/state.h"

namespace kenko::plays {

/// Follows the accounts of one play over closed days.
///
/// Rows:    an account on the day on which the play began or was held out; and with Arm::none on a day on which what
/// begins
///          the play held and it did not begin, at most once in 28 days, until it begins or is held out once.
/// Outcome: over the `horizon_days` closed days after: the last score and ARR that were known; left = no longer among
/// the
///          accounts of a day, or of status `churned`.  Then ARR after is 0, and the score that which it left with.
/// Codes:   account, top_parent and segment of the rows are those of the days' dictionary.
class Follow {
 public:
  /// `plays` must outlive this; `play` is a position in Plays::all.  Requires horizon_days >= 1.
  Follow(const Plays& plays, size_t play, int32_t horizon_days);

  /// The next closed day; `state` as advance() left it for that day.  nullptr: no play ever ran (a look at the past).
  void close(const alerts::ClosedDay& day, const OpenAlerts& alerts, const State* state);

  /// As effect_of() wants them: by account, then day.
  [[nodiscard]] std::vector<EffectRow> rows() const;

 private:
  static constexpr int32_t kChangeDays = 30;  ///< over which the change before is taken
  static constexpr int32_t kApart = 28;       ///< days between two rows of Arm::none of an account

  /// One account.  scores: of the last days, the last one last; kNone = none.
  struct Track {
    std::vector<int32_t> scores;
    Day scores_until;
    std::vector<size_t> open;  ///< rows whose horizon runs
    std::optional<Day> last;   ///< of its last row
  };
  [[nodiscard]] std::optional<Arm> arm_of(const alerts::ClosedDay& day, const alerts::AccountDay& row,
                                          const DayView& view, const State* state, const Track& track) const;
  void begin(const alerts::ClosedDay& day, const alerts::AccountDay& row, Arm arm, Track& track);
  void go_on(Day day, const alerts::AccountDay* row, bool left, Track& track);
  static void keep_score(Day day, int32_t score, Track& track);
  [[nodiscard]] static std::optional<double> change_before(const Track& track);

  const Plays& plays_;
  size_t play_;
  int32_t horizon_days_;
  std::map<uint32_t, Track> tracks_;  // by account
  std::vector<EffectRow> rows_;
};

}  // namespace kenko::plays
