// app/alert_actions.h
//
// What people do with alerts: recorded with its moment, never changed.
#pragma once

#include <optional>
#include <string>

#include "alerts/ledger.h"
#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

struct AlertActionRequest {
  std::string alert;  ///< its id, the beginning of it, or ACCOUNT/CAUSE
  alerts::Act act = alerts::Act::note;
  std::string text;     ///< resolve: the reason; assign: the person; note: the words
  std::string comment;  ///< resolve
  std::optional<Day> until;
  std::string author;
};

/// Checks that it is possible now, then records it.  Gives the alert as it is afterwards.
/// Errors: "no-such-alert", "not-possible", "bad-reason", "unknown-person", "bad-day", "no-alerts", "workspace-locked",
/// storage problems.
[[nodiscard]] Result<alerts::Alert> act_on_alert(const Workspace& workspace, const AlertActionRequest& request,
                                                 Instant now);

}  // namespace kenko::app
