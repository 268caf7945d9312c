// app/acting.h
//
// Everything that follows from the published history and from what people did: alerts, who has them, who was told;
// plays and tasks.  Replayed, never kept; docs/ALERTS.md, docs/PLAYS.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "alerts/ledger.h"
#include "app/play_story.h"
#include "app/workspace.h"
#include "base/result.h"
#include "facts/dictionary.h"
#include "state/closed_day.h"

namespace kenko::app {

/// Where acting stands.  Ownership: owns the texts of all codes; immovable.
struct Acting {
  facts::Dictionary texts;
  alerts::Ledger ledger;
  PlayStory plays;
  std::shared_ptr<const alerts::Setup> setup;  ///< in force since the last closed day; nullptr = no day was closed yet
  alerts::ClosedDay last;                      ///< the last closed day, with its rows
  Instant first_enabled = Instant::kMax;       ///< when the first day with rules was closed
  bool enabled = false;                        ///< it was closed with rules

  Acting() = default;
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;
};

/// Looks at acting as it stands after a closed day; the day's rows are at hand only then.
using DayWatcher = std::function<void(const Acting& acting, const alerts::ClosedDay& day)>;

/// Replays all closed days and all actions up to a moment.  Needs no lock.
/// Errors: "not-published" where no day was closed; missing or damaged files.
[[nodiscard]] Result<std::unique_ptr<Acting>> replay(const Workspace& workspace, Instant until,
                                                     const DayWatcher& watcher = {});

}  // namespace kenko::app
