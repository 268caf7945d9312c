// plays/day_view.h
//
// What plays look for, looked up once in the codes of a closed day.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "alerts/account_day.h"
#include "plays/play.h"

namespace kenko::plays {

/// Causes of the open alerts of accounts, by account id.
using OpenAlerts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// How an account is looked after: what its attribute `touch` says; without it high when it has an owner, else low.
[[nodiscard]] Touch touch_of(const alerts::ClosedDay& day, const alerts::AccountDay& row);

/// Answers whether what begins or stops a play holds for an account of one closed day.
///
/// Null rule: a band that is not known (no score that day), a condition that is null or was not looked at: unknown,
/// unless
///            something else already says no.  No segment, stage or touch is none of those named.
/// Ownership: refers to plays, day and alerts, which must outlive it.
class DayView {
 public:
  DayView(const Plays& plays, const alerts::ClosedDay& day, const OpenAlerts& alerts);

  /// Plays by position in Plays::all.
  [[nodiscard]] alerts::Truth begins(size_t play, const alerts::AccountDay& row) const;
  [[nodiscard]] bool in_stop_band(size_t play, const alerts::AccountDay& row) const;
  [[nodiscard]] alerts::Truth stop_condition(size_t play, const alerts::AccountDay& row) const;
  [[nodiscard]] const alerts::ClosedDay& day() const { return day_; }

 private:
  static constexpr size_t kNotLookedAt = SIZE_MAX;
  struct Codes {
    std::vector<uint32_t> bands, segments, stages, triggers, stop_bands;
    size_t condition = kNotLookedAt, stop_condition = kNotLookedAt;  ///< positions in ClosedDay::conditions
  };
  [[nodiscard]] bool has_alert(const When& when, const alerts::AccountDay& row) const;

  const Plays& plays_;
  const alerts::ClosedDay& day_;
  const OpenAlerts& alerts_;
  std::vector<Codes> codes_;
};

}  // namespace kenko::plays
