// app/close.h
//
// kenko close: writes what was shown when a day closed, for every day that is due.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/closed_day.h"

namespace kenko::app {

struct CloseRequest {
  std::optional<Day> as_of;  ///< the last day to close; none = the default day (app/clock.h)
  std::optional<Day> from;   ///< the first day, for the first close alone
  int threads = 0;           ///< 0 = all cores
};

/// A day that was closed now.
struct DayReport {
  state::ClosedDay day;
  int64_t bands_moved = 0;  ///< accounts with another band than on the closed day before
  double seconds = 0;
};

/// What became of it.
struct CloseReport {
  std::vector<DayReport> days;     ///< ascending; empty = nothing was due
  std::optional<Day> last_closed;  ///< of all
  std::string model;               ///< that said them
  int64_t late_accounts = 0;       ///< computed as each close knew them
  int64_t not_revised = 0;         ///< earlier days whose model can't be computed any more
};

/// Closes every day from the one after the last closed day on, as a close on time would have: each with what was known
/// at its close, with the model and the settings as they are now; then revises earlier days by what became known since.
/// The first close ever begins at request.from (not before the first fact), else on the day after the history of the
/// last publication, at the latest with the last day that is due.
///
/// Durability: each day is a file of scores/ and one transaction: after a kill the next close goes on with the first
/// day that is not recorded. Errors: "no-model", the model's problems, "no-facts", "day-not-closed", "history-begun",
/// "workspace-locked", storage problems.
[[nodiscard]] Result<CloseReport> close_days(const Workspace& workspace, const CloseRequest& request,
                                             const ports::Clock& clock);

/// The last day that was closed; none before the first close.
[[nodiscard]] Result<std::optional<state::ClosedDay>> last_close(const Workspace& workspace);

}  // namespace kenko::app
