// reference/alerts/reference.h
//
// docs/ALERTS.md, read aloud: every closed day looks at all days so far again.  Slow on purpose; shares nothing with
// the product but the days, the rules' reader, the calendar and the team, so that it cannot share a mistake with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alerts/account_day.h"
#include "alerts/rules.h"
#include "calendar/work_calendar.h"
#include "team/team.h"

namespace kenko::reference {

/// A closed day with what was in force on it.  Ownership: refers to all of it.
struct ClosedUnder {
  const alerts::ClosedDay* day = nullptr;
  const alerts::Rules* rules = nullptr;
  const calendar::WorkCalendar* calendar = nullptr;
  const team::Team* team = nullptr;
};

/// What a person did to the alert of a subject and cause that is not ended at that moment.
///
/// act: acknowledge, snooze, resolve, reopen, assign, note.  text: the reason, the person, the words.
struct Deed {
  Instant at;
  std::string by, subject, cause, act, text;
  std::optional<Day> until;  ///< snooze
};

/// One thing that happened to an alert: `opened`, `told`, ..., or `refused` (a deed that was not possible).
///
/// who, from: as alerts::Event says it.
struct Line {
  Instant at;
  std::string subject, cause, what, level, who, from;
  friend bool operator==(const Line&, const Line&) = default;
};

/// An alert as it stands in the end.
struct Standing {
  std::string subject, cause, level, state, assignee;
  Day day;
  std::optional<Instant> due;
  friend bool operator==(const Standing&, const Standing&) = default;
};

struct AlertHistory {
  std::vector<Line> lines;         ///< in the order of time
  std::vector<Standing> standing;  ///< every alert that ever was, in the order of opening; ended ones too
};

/// What happens through `until`.  Requires: days and deeds ascend by time.
[[nodiscard]] AlertHistory alert_history(const std::vector<ClosedUnder>& days, const std::vector<Deed>& deeds,
                                         Instant until);

}  // namespace kenko::reference
