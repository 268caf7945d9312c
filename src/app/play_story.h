// app/play_story.h
//
// Plays and tasks over all closed days, as they follow from the history: the state, what happened, and what is to be
// told of it.  docs/PLAYS.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/ledger.h"
#include "base/result.h"
#include "facts/settings.h"
#include "plays/advance.h"
#include "plays/letter.h"
#include "state/action.h"

namespace kenko::app {

/// Something about plays that people or programs are told.
struct PlayNote {
  enum class Kind : uint8_t { enrolled, stopped, created, overdue, moved, message };
  Kind kind = Kind::enrolled;
  Instant at;
  std::string account, play, enrolment;
  std::string task, step;  ///< empty = the play as a whole; step: its title
  std::string who;         ///< whom it is about: the task's assignee, the account's owner; empty = nobody
  std::string from;        ///< moved: who had it
  std::string text;        ///< stopped: why
  std::optional<Day> due;
  std::optional<plays::Letter> letter;  ///< message
};
/// `play.enrolled`, `play.stopped`, `task.created`, `task.overdue`, `task.moved`, `play.message`.
[[nodiscard]] std::string_view message_kind(PlayNote::Kind kind);

/// Fed in the order of time: at one moment first close(), then act().
class PlayStory {
 public:
  using SetupPointer = std::shared_ptr<const plays::Setup>;

  /// keep_scores: some message says how a score changed in 30 days.
  void begin(const facts::Settings& settings, bool keep_scores);
  /// A closed day, with the alerts as they stand after it.
  void close(const SetupPointer& setup, const alerts::ClosedDay& day, const alerts::Ledger& ledger);
  /// Does what a person said, kinds `task` and `play`.  Problems: those of plays::act; nothing was done then.
  [[nodiscard]] Status act(const state::Action& action);
  /// Lets tasks become overdue up to and with a moment.
  void until(Instant moment);

  [[nodiscard]] const plays::State& state() const { return state_; }
  [[nodiscard]] const SetupPointer& setup() const { return setup_; }  ///< of the last closed day; nullptr before it
  [[nodiscard]] const std::vector<plays::Event>& events() const { return events_; }
  [[nodiscard]] const std::vector<PlayNote>& notes() const { return notes_; }
  [[nodiscard]] const plays::OpenAlerts& open_alerts() const { return open_alerts_; }  ///< of the last closed day
  /// The message of a step as it reads on the last closed day given; nullopt without one, or when the account is gone.
  [[nodiscard]] std::optional<plays::Letter> letter(const alerts::ClosedDay& day, const plays::Enrolment& enrolment,
                                                    const plays::Task& task) const;

 private:
  static constexpr int32_t kChangeDays = 30;
  struct ScoreOn {
    Day day;
    int32_t score = alerts::kNone;
  };
  using Scores = std::array<ScoreOn, kChangeDays + 1>;  ///< by day modulo its size

  void keep_scores(const alerts::ClosedDay& day);
  void tell(const plays::Event& event, const alerts::ClosedDay* day);
  void tell_began(const plays::Event& event);
  [[nodiscard]] PlayNote note_of(PlayNote::Kind kind, Instant at, const plays::Enrolment& enrolment,
                                 const plays::Task* task) const;
  [[nodiscard]] std::optional<int32_t> change_of(const alerts::AccountDay& row, Day day) const;
  [[nodiscard]] std::string owner_of(const plays::Enrolment& enrolment) const;
  [[nodiscard]] std::pair<const plays::Enrolment*, const plays::Task*> find(std::string_view account,
                                                                            std::string_view enrolment,
                                                                            std::string_view task) const;

  SetupPointer setup_;
  plays::State state_;
  plays::OpenAlerts open_alerts_;
  std::vector<plays::Event> events_;
  std::vector<PlayNote> notes_;
  std::set<std::pair<Instant, std::string>> clocks_;            // open tasks by the moment after which they are late
  std::map<std::string, std::string, std::less<>> account_of_;  // by id of an enrolment or a task
  std::map<uint32_t, Scores> scores_;                           // by account
  std::string company_, currency_;
  bool keeps_scores_ = false;
};

/// Whether a message of these plays says how a score changed.
[[nodiscard]] bool tells_change(const plays::Plays& plays);

/// The title of a step; its name where the play has it no more.
[[nodiscard]] std::string step_title(const plays::Plays* plays, const std::string& play, const std::string& step);
/// The title of a play; its name where there is no such play any more.
[[nodiscard]] std::string play_title(const plays::Plays* plays, const std::string& play);

}  // namespace kenko::app
