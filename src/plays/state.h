// plays/state.h
//
// Which plays run for whom, and their tasks.  All of it follows from closed days, what people did, the files and a seed
// (plays/advance.h); it can be kept between days (plays/save.h) or made anew.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "plays/effect.h"
#include "plays/play.h"

namespace kenko::plays {

/// dropped: the play ended before it was done.
enum class TaskState : uint8_t { open, done, skipped, dropped };
[[nodiscard]] std::string_view word(TaskState state);

/// Why a play runs no more.
enum class Ended : uint8_t {
  running,
  held_out,    ///< the lot kept it away: it never ran
  completed,   ///< every step was done, skipped or sent
  by_hand,     ///< a person stopped it
  band,        ///< the account came to a band in which it stops
  when_over,   ///< what began it holds no more
  condition,   ///< its stop condition holds
  ran_out,     ///< its time was over
  superseded,  ///< a play of higher priority began
  left,        ///< the account left
  taken_out    ///< its file says it no more
};
[[nodiscard]] std::string_view word(Ended ended);

/// A step of a play for an account, as somebody's work or as a message that goes out by itself.
struct Task {
  std::string id;    ///< 12 digits made of account, play, day and step
  std::string step;  ///< its name
  bool automatic = false;
  std::string person;    ///< whose it is: an id of the team (without a team: the owner's text); empty = nobody's
  std::string assignee;  ///< who is to do it: the person, or who stands in; empty = nobody
  bool by_hand = false;  ///< a person gave it away
  Day due;               ///< the day on which it has to be done
  Instant due_at;        ///< after which it is overdue
  TaskState state = TaskState::open;
  std::optional<Instant> closed_at;  ///< automatic: when it was sent
  std::string closed_by;
  std::string outcome;  ///< done: what came of it; skipped: why
  std::string comment;

  [[nodiscard]] bool overdue(Instant now) const { return state == TaskState::open && now > due_at; }
  friend bool operator==(const Task&, const Task&) = default;
};

/// A play that began for an account, or that the lot kept away from it.
///
/// from: the closed day; at: when that was closed.  until: the closed day on which it ended.
struct Enrolment {
  std::string id;  ///< 12 digits made of account, play and day
  std::string play, account, top_parent;
  Arm arm = Arm::treated;
  Touch touch = Touch::high;
  Day from;
  Instant at;
  std::string owner;  ///< what the account's row says of its owner, as of the last closed day
  Ended ended = Ended::running;
  std::optional<Day> until;
  std::string ended_by, reason;  ///< by_hand: who and why; superseded: the other play
  std::vector<Task> tasks;

  [[nodiscard]] bool running() const { return ended == Ended::running; }
  friend bool operator==(const Enrolment&, const Enrolment&) = default;
};

/// A play whose time has come and that does not begin yet.
///
/// behind: the play that goes first; empty = the play began for as many this week as it may.
struct Waiting {
  std::string play;
  std::string behind;
  Day since;
  friend bool operator==(const Waiting&, const Waiting&) = default;
};

/// One account.  held: closed days in a row on which what begins a play held, for plays that ask for several.
struct OfAccount {
  std::vector<Enrolment> enrolments;  ///< by day, then as they began
  std::vector<Waiting> waiting;       ///< as of the last closed day, by falling priority
  std::map<std::string, int32_t> held;
  friend bool operator==(const OfAccount&, const OfAccount&) = default;
};

/// Everything.  begun: of each play with `a_week`, the days of its last beginnings.
struct State {
  std::optional<Day> day;  ///< the last closed day; none = nothing yet
  std::map<std::string, OfAccount, std::less<>> accounts;
  std::map<std::string, std::vector<Day>> begun;
  friend bool operator==(const State&, const State&) = default;

  /// By id; nullptr when there is none.
  [[nodiscard]] const Enrolment* find_enrolment(std::string_view id) const;
  [[nodiscard]] const Enrolment* find_task(std::string_view id) const;  ///< the play that it is of
};

/// Ids.
[[nodiscard]] std::string enrolment_id(std::string_view account, std::string_view play, Day day);
[[nodiscard]] std::string task_id(std::string_view account, std::string_view play, Day day, std::string_view step);

}  // namespace kenko::plays
