// plays/advance.h
//
// One closed day after the other: which plays begin, wait and end, who has which task until when.  A pure function of
// what it is given: made anew from the first day it says the same as kept from day to day.  docs/PLAYS.md has the
// rules.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/account_day.h"
#include "base/result.h"
#include "calendar/work_calendar.h"
#include "plays/day_view.h"
#include "plays/state.h"
#include "team/team.h"

namespace kenko::plays {

/// Whose an account is on the day on which a day was closed: a person's id, or without a team the owner's text; empty =
/// nobody's.
using OwnerOf = std::function<std::string(const alerts::ClosedDay&, const alerts::AccountDay&)>;

/// What is in force on a closed day.
///
/// seed:  of the lots.  owner: empty = the text that the team knows, else who the team's rules give it to, by open
/// tasks.
struct Setup {
  Plays plays;
  calendar::WorkCalendar calendar;
  team::Team team;
  uint64_t seed = 0;
  OwnerOf owner;
};

/// What people do.
enum class Act : uint8_t {
  done,    ///< a task; text: what came of it
  skip,    ///< a task; text: why
  assign,  ///< a task; text: to whom
  stop     ///< a play; text: why
};

/// Something that a person did.  id: of the task, or of the enrolment.
struct Action {
  Instant at;
  std::string by;
  std::string account;
  Act act = Act::done;
  std::string id;
  std::string text, comment;
};

enum class What : uint8_t {
  began,
  held_out,
  sent,       ///< an automatic step goes out: plays/letter.h writes it
  moved,      ///< the account's owner changed, or the person left; who = has it now, from = had it
  delegated,  ///< somebody stands in, or no longer
  assigned,   ///< by hand
  done,
  skipped,
  ended,   ///< text = word(Ended)
  refused  ///< an action that was not possible; text = why
};
[[nodiscard]] std::string_view word(What what);

/// One line of what happened.
struct Event {
  Instant at;
  What what = What::began;
  std::string account, play, enrolment;
  std::string task;       ///< its id; empty = the play as a whole
  std::string who, from;  ///< empty = nobody
  std::string text;
  friend bool operator==(const Event&, const Event&) = default;
};

/// Does what a person said.  Problems "no-such-task", "no-such-play", "not-possible", "unknown-person": nothing was
/// done.
[[nodiscard]] Status act(State& state, const Setup& setup, const Action& action, std::vector<Event>& events);

/// Closes a day: first the actions, in their order, then the day.  Requires day.day > state.day, and actions of the
/// time since the day before was closed.  Events are in the order in which things happened.
[[nodiscard]] std::vector<Event> advance(State& state, const Setup& setup, const alerts::ClosedDay& day,
                                         const OpenAlerts& alerts, std::span<const Action> actions);

}  // namespace kenko::plays
