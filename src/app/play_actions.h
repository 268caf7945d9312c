// app/play_actions.h
//
// What people do with tasks and plays: recorded with its moment, never changed.
#pragma once

#include <string>

#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

struct PlayActionRequest {
  enum class Act : uint8_t { done, skip, assign, stop };
  std::string name;  ///< of the task (stop: of the play of an account), as find_task and find_enrolment take it
  Act act = Act::done;
  std::string text;  ///< done: what came of it; skip, stop: why; assign: to whom
  std::string comment;
  std::string author;
};

/// What stands afterwards.
struct PlayActionDone {
  std::string account, title;  ///< of the step, or of the play
  std::string state;           ///< "done", "by_hand" ...
  std::string who;             ///< the task's assignee
};

/// Checks that it is possible now, then records it.
/// Errors: "no-such-task", "no-such-play", "ambiguous-id", "not-possible", "unknown-person", "no-text",
/// "workspace-locked", storage problems.
[[nodiscard]] Result<PlayActionDone> act_on_play(const Workspace& workspace, const PlayActionRequest& request,
                                                 Instant now);

}  // namespace kenko::app
