// plays/play.h
//
// A play as its file says it: when it begins, what is done by whom, when it stops.  Plain data; docs/PLAYS.md says what
// each key means.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "calendar/work_span.h"
#include "tree/tree.h"

namespace kenko::plays {

/// How an account is looked after: by a named person; by what goes to many; by what goes out by itself.
enum class Touch : uint8_t { high, low, tech };

/// `high`, `low`, `tech`.
[[nodiscard]] std::string_view touch_name(Touch touch);
/// What the attribute `touch` says ("High", "tech-touch", "low touch"); nullopt for other words.
[[nodiscard]] std::optional<Touch> touch_of(std::string_view attribute);

/// An expression of the metric language that is true or false of an account on a day.
///
/// name: under which closed days keep its value (alerts::ClosedDay::conditions).  text: canonical.  place: of the text.
/// at, document: where it stands, for whom it is to be checked by.
struct Condition {
  std::string name;
  std::string text;
  Place place;
  tree::Node at;
  std::shared_ptr<const tree::Tree> document;
};

/// What must hold; every list that is not empty must hold one of its names, and all of them together.
struct When {
  std::vector<std::string> bands, segments, stages, triggers;
  std::vector<std::string> alerts;  ///< an alert of this cause is open
  std::vector<Touch> touch;
  std::optional<Condition> condition;
  int32_t for_days = 1;  ///< closed days in a row; at least 1
};

/// What ends a play before its steps are done; any of it.
struct Stop {
  std::vector<std::string> bands;  ///< the account came to one of these
  bool when_over = false;          ///< what began it holds no more
  std::optional<Condition> condition;
  std::optional<int32_t> after_days;  ///< calendar days since it began
};

/// What a step says to a customer; placeholders as plays/placeholders.h knows them.
struct Template {
  std::string subject;
  std::string text;
};

/// Who does a step: the account's owner, the owner's manager, people with a role of the team, or nobody: it goes out by
/// itself.
struct Role {
  enum class Kind : uint8_t { owner, manager, team, automatic };
  Kind kind = Kind::owner;
  std::string name = "owner";  ///< as written; team: the role
  friend bool operator==(const Role&, const Role&) = default;
};

/// Invariants: an automatic step has a message.
struct Step {
  std::string name;  ///< unique in its play
  std::string title;
  Role role;
  calendar::WorkSpan due;    ///< counted from when the play begins
  std::vector<Touch> touch;  ///< only for accounts looked after so; empty = all
  std::vector<std::string> checklist;
  std::optional<Template> message;
};

/// Invariants: at least one step; priority 0..1000; hold_out in millionths, 0..500'000.
struct Play {
  std::string name;  ///< unique among all plays
  std::string title;
  std::string aim;
  When when;
  int32_t priority = 100;          ///< the larger one goes first
  bool beside = false;             ///< runs beside others: it neither waits nor makes wait
  bool once = false;               ///< an account gets it once
  int32_t cool_down_days = 90;     ///< fewest calendar days between two beginnings for an account
  std::optional<int32_t> a_week;   ///< most beginnings in seven days, held out ones with them
  std::optional<Day> from, until;  ///< days on which it may begin, both included
  Stop stop;
  int64_t hold_out = 0;
  std::vector<Step> steps;
  Place place;  ///< of its name

  /// The step for an account looked after in this way goes out by itself: it is automatic, or a tech-touch account's
  /// and has a message.
  [[nodiscard]] static bool goes_out(const Step& step, Touch touch);
  /// Whether an account looked after in this way has the step at all: people do nothing for tech touch.
  [[nodiscard]] static bool has(const Step& step, Touch touch);
};

/// All plays of a workspace, by falling priority, then by name.
struct Plays {
  std::vector<Play> all;
  [[nodiscard]] const Play* find(std::string_view name) const;
  /// Every condition once, by name: what closed days must keep.
  [[nodiscard]] std::vector<Condition> conditions() const;
};

}  // namespace kenko::plays
