// alerts/ledger.h
//
// Which alerts there are, who has them, who was told when.  A pure function of closed days, what people did, the rules,
// the calendar and the team: fed in the order of time, it says the same whenever it is replayed.  docs/ALERTS.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/account_day.h"
#include "alerts/rules.h"
#include "alerts/signals.h"
#include "base/result.h"
#include "base/sentence.h"
#include "calendar/work_calendar.h"
#include "team/team.h"

namespace kenko::alerts {

enum class State : uint8_t {
  backlog,       ///< it holds, but not since and not by anything new: no clock, no message
  open,          ///< somebody has to act
  acknowledged,  ///< somebody does
  snoozed,       ///< until a day
  resolved,      ///< by a person, while its cause goes on
  ended          ///< its cause is over, or the account has left
};
[[nodiscard]] std::string_view word(State state);

/// What people do.
enum class Act : uint8_t { acknowledge, snooze, resolve, reopen, assign, note };
[[nodiscard]] std::string_view word(Act act);

/// Why an alert was resolved.
[[nodiscard]] const std::vector<std::string>& reasons();

/// Something that a person did.
struct Action {
  Instant at;
  std::string by;     ///< who
  std::string alert;  ///< its id
  Act act = Act::note;
  std::string text;          ///< resolve: the reason; assign: the person; note: the words
  std::string comment;       ///< of a resolution
  std::optional<Day> until;  ///< snooze: the day on which it comes back
};

/// What happened to an alert, for its history and for messages.
enum class What : uint8_t {
  opened,
  listed,
  raised,
  eased,
  told,
  escalated,
  assigned,
  moved,
  delegated,
  acknowledged,
  snoozed,
  woke,
  resolved,
  reopened,
  noted,
  ended
};
[[nodiscard]] std::string_view word(What what);

/// One line of an alert's history.
///
/// who: opened, raised, moved, assigned, delegated: who has it now (empty = nobody); told, escalated: who was told;
/// else who did it.
struct Event {
  Instant at;
  size_t alert = 0;  ///< position in Ledger::alerts
  What what = What::opened;
  std::string who;
  std::string from;  ///< moved, delegated: who had it
  std::string text;
  Level level = Level::warning;
};

/// An alert, from its opening on.
struct Alert {
  std::string id;
  uint32_t account = 0;  ///< code; 0 = it is of no account
  std::string subject;   ///< the account's id; silent: the source; storm: the segment
  std::string cause;     ///< the rule's name
  Kind kind = Kind::level;
  Level level = Level::warning;
  Level acted = Level::warning;  ///< at most `level`: the one that somebody was told of; an own signal above it raises
  State state = State::open;
  Day day;        ///< the closed day that opened it
  Instant since;  ///< when it was opened, raised or reopened: when its clock began
  Sentence why;   ///< one sentence with its numbers, of the day on which it was opened or raised
  std::string helps;
  std::string owner;           ///< whose it is: a person's id (without a team: the owner's name); empty = nobody's
  std::string assignee;        ///< who is to act: the owner, or who stands in; empty = nobody
  bool by_hand = false;        ///< a person assigned it
  uint32_t owner_code = 0;     ///< what the account's row says of its owner
  bool held = false;           ///< a storm holds it back
  std::optional<Instant> due;  ///< when somebody else is told; none = its clock stands still
  size_t told = 0;             ///< rungs of the ladder that were told
  std::string last_told;       ///< who stands on the last of them
  std::optional<Day> until;    ///< snoozed
  std::string resolution;      ///< resolved, and ended after it
  std::vector<size_t> holds;   ///< storm: positions of the alerts that it holds back

  [[nodiscard]] bool active() const { return state != State::resolved && state != State::ended; }
};

/// What is in force from a closed day on.  Ownership: owns all of it.
struct Setup {
  Rules rules;
  calendar::WorkCalendar calendar;
  team::Team team;
};

/// All alerts of a workspace.
///
/// Order of calls: the order of time; at one moment first close(), then act().
class Ledger {
 public:
  /// Days before those of the rules in force that later rules will look at.
  void keep(int32_t days) { signals_.keep(days); }
  /// Opens, raises, eases and ends alerts by what the day says.
  void close(const std::shared_ptr<const Setup>& setup, const ClosedDay& day);
  /// Does what a person said.  Problem "no-such-alert", "not-possible": nothing was done.
  [[nodiscard]] Status act(const Action& action);
  /// Lets the clocks run up to and with a moment.
  void until(Instant moment);

  [[nodiscard]] const std::vector<Alert>& alerts() const { return alerts_; }  ///< in the order in which they came
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }  ///< in the order of time
  [[nodiscard]] const Signals& signals() const { return signals_; }
  /// Alerts of an account that are not ended, by cause.
  [[nodiscard]] std::vector<size_t> alerts_of(uint32_t account) const;
  /// An alert by its id, or `SUBJECT/CAUSE` of one that is not ended.
  [[nodiscard]] std::optional<size_t> find(std::string_view name) const;

 private:
  class Closing;
  struct Key {
    std::string subject, cause;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  void add_event(Instant at, size_t alert, What what, std::string who = "", std::string from = "",
                 std::string text = "");
  void start_clock(size_t alert, Instant at);
  void tell(size_t alert, Instant at, What what);
  [[nodiscard]] std::string next_told(const Alert& alert, Day day) const;
  [[nodiscard]] std::string present(const std::string& person, Day day) const;
  [[nodiscard]] Day local_day(Instant at) const;
  [[nodiscard]] calendar::RegionId region_of(const std::string& person) const;
  void escalate(size_t alert);
  void wake(size_t alert, Instant at);
  void end(size_t alert, Instant at, std::string text);
  void set_due(size_t alert, std::optional<Instant> due);
  void give(size_t alert, Instant at, What what, const std::string& person);
  /// Who stands for an account without an owner; empty = nobody.
  [[nodiscard]] std::string assigned(const ClosedDay& day, const AccountDay& row, Day local) const;
  [[nodiscard]] std::string owner_of(const ClosedDay& day, const AccountDay& row, Day local) const;

  std::shared_ptr<const Setup> setup_;
  Signals signals_;
  std::vector<Alert> alerts_;
  std::vector<Event> events_;
  std::map<Key, size_t> current_;                             // not ended, by subject and cause
  std::map<std::pair<Instant, std::string>, size_t> clocks_;  // by due (or waking) moment and id
  std::map<std::string, size_t> by_id_;
};

/// The id of an alert: 12 digits made of subject, cause and day.
[[nodiscard]] std::string alert_id(std::string_view subject, std::string_view cause, Day day);

}  // namespace kenko::alerts
