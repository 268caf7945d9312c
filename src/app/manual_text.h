// app/manual_text.h
//
// What a person types about an account -> an event or an attribute value.  Pure: the time is an argument.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "facts/fact.h"
#include "facts/settings.h"

namespace kenko::app {

/// Collects problems, so that a user hears of all of them at once.
inline void append(Problems& problems, const Problems& more) {
  problems.insert(problems.end(), more.begin(), more.end());
}

/// The names of events that Kenko itself gives a meaning to beside those of the population rules.
inline constexpr std::string_view kPulse = "pulse.set";
inline constexpr std::string_view kOverrideSet = "override.set";
inline constexpr std::string_view kOverrideCleared = "override.cleared";
inline constexpr std::string_view kNote = "note.added";

/// What is known when something is typed.
struct ManualContext {
  Instant now;
  const facts::Settings* settings = nullptr;
  std::string author;
  /// What each value of the event means, ascending; empty where the model says nothing.
  std::vector<std::pair<int, std::string>> rubric;

  [[nodiscard]] Day today() const { return settings->time_zone.day_of(now); }
};

/// A moment that lies not in the future.
struct Moment {
  Instant at;
  Day day;
};
/// `text` as a day or a time, the workspace's own where it has no offset; a day alone is its noon (today: now at the
/// latest); empty = now.  Problems: "bad-day", "future-fact".
[[nodiscard]] Result<Moment> read_moment(const std::string& text, const ManualContext& context);
/// A day after today on which something ends.  Problems: "bad-day", "already-over".
[[nodiscard]] Result<Day> read_end(std::string_view what, const std::string& text, const ManualContext& context);

/// An event as it is typed.  fields: `key=value`; value, currency and text are the event's own, all others properties.
struct TypedEvent {
  std::string name;
  std::vector<std::string> fields;
  std::string at;    ///< empty = now
  std::string user;  ///< the contact's id; empty = none
};
/// Without account_ref.  The author becomes a property.  All problems at once: "bad-field", "bad-value", "bad-number",
/// "bad-currency", "bad-day", "future-fact", "reserved-event".
[[nodiscard]] Result<facts::EventFact> read_typed_event(const TypedEvent& typed, const ManualContext& context);

/// `key=value` as an attribute value that holds from `day` on; nothing after `=` ends the attribute.  `type`: what
/// --type says, empty = what kenko.yaml says.  Without entity_ref.  Problems: "bad-field", "needs-type",
/// "attribute-type", "bad-type", "bad-number", "bad-flag", "bad-day", "bad-value".
[[nodiscard]] Result<facts::AttributeFact> read_typed_attribute(const std::string& assignment, const std::string& type,
                                                                Day day, const ManualContext& context);

/// What a person sets a score to.
struct TypedOverride {
  std::string value, floor, ceiling;  ///< exactly one is given
  std::string until, reason, model;   ///< model: empty = every model
};
/// The event override.set, now.  All problems at once: "bad-value", "bad-day", "already-over", "no-reason".
[[nodiscard]] Result<facts::EventFact> read_typed_override(const TypedOverride& typed, const ManualContext& context);
/// The event override.cleared, now.  Problem: "no-reason".
[[nodiscard]] Result<facts::EventFact> typed_override_end(const std::string& reason, const ManualContext& context);
/// The event note.added, now.  `until`: the first day without it; empty = for ever.  Problems: "bad-field", "bad-day",
/// "already-over".
[[nodiscard]] Result<facts::EventFact> read_typed_note(const std::string& text, const std::string& until,
                                                       const ManualContext& context);

}  // namespace kenko::app
