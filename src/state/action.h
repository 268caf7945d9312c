// state/action.h
//
// What acting rests on beside the published history: what people did, and the files that said how to act.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/day.h"

namespace kenko::state {

/// Something that a person did with an alert, a task, a renewal.  Never changed and never taken back.
///
/// Invariant: `at` never goes back, neither behind an earlier action nor behind the moment a day was closed.
struct Action {
  int64_t number = 0;  ///< 1, 2, 3 ...: the order in which they count
  Instant at;
  std::string author;
  std::string kind;    ///< of the object: alert, task, renewal
  std::string object;  ///< its id
  std::string act;
  std::string text, comment;
  std::optional<Day> until;
};

/// Text by name of the file in the workspace: alerts.yaml, calendar.yaml, team.yaml, plays/NAME.yaml.
using RuleFiles = std::map<std::string, std::string>;

}  // namespace kenko::state
