// app/manual_facts.h
//
// What people say about an account on a day: the override in force, the last pulse, the notes.
// docs/SEMANTICS.md#overrides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/portfolio.h"
#include "state/entry.h"

namespace kenko::app {

/// An override that holds on a day.
struct OverrideInForce {
  std::string kind;  ///< value, floor or ceiling
  Decimal value;     ///< 0 to 100
  Day made;
  Day expires;                        ///< the first day without it
  std::string reason, author, model;  ///< empty = not said; model: empty = every model
};

/// The last pulse, whatever its age.
struct Pulse {
  Decimal value;
  Day day;
  std::string reason, author;
  std::optional<Day> expires;  ///< the first day without it
};

struct Note {
  Day day;
  std::string text, author;
  std::optional<Day> expires;  ///< the first day without it
  std::string id;              ///< of its entry, "m12"
};

/// All of it.
struct ManualFacts {
  std::optional<OverrideInForce> override_in_force;
  std::optional<Pulse> pulse;
  std::vector<Note> notes;  ///< not expired, the newest first
};

/// The last event of a name on the days first..last, in reading order, with when it ends (its property `expires`).
struct LastEvent {
  Day day;
  std::optional<Day> expires;  ///< the first day without it; none = it does not end, or not on a day
};
[[nodiscard]] std::optional<LastEvent> last_event(const facts::Portfolio& portfolio, uint32_t account,
                                                  std::string_view name, Day first, Day last);

/// The override of `day`, of the life that began on `life_first`.  `model`: the name of a model; nullptr = of any.
[[nodiscard]] std::optional<OverrideInForce> override_on(const facts::Portfolio& portfolio, uint32_t account,
                                                         Day life_first, Day day, const std::string* model);

/// The facts of an account on `day` (events of later days do not exist).  `entries`: Database::entries(), for the
/// notes' texts; known_until: as if nothing had been entered later.
[[nodiscard]] ManualFacts manual_facts(const facts::Portfolio& portfolio, const std::vector<state::Entry>& entries,
                                       uint32_t account, Day life_first, Day day, const std::string& model,
                                       const std::optional<Instant>& known_until = {});

}  // namespace kenko::app
