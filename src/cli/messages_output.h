// cli/messages_output.h
//
// What the commands about outgoing messages print.
#pragma once

#include <string>
#include <vector>

#include "app/deliver.h"
#include "base/time_zone.h"
#include "report/table.h"

namespace kenko::cli {

/// One row a message.
[[nodiscard]] report::Table messages_table(const std::vector<state::OutboxMessage>& messages,
                                           const std::vector<state::SwitchedOff>& off, const TimeZone& zone);
/// One row a message that was due.
[[nodiscard]] report::Table deliveries_table(const app::DeliverReport& report, const TimeZone& zone);

/// A message as its receiver reads it, and its tries.
[[nodiscard]] std::string message_text(const state::OutboxMessage& message,
                                       const std::vector<state::OutboxAttempt>& attempts, const TimeZone& zone);
/// What a dry run would send: heads and texts.
[[nodiscard]] std::string dry_text(const app::DeliverReport& report);
/// "3 sent, 1 later", what is switched off, when something is due next.
[[nodiscard]] std::string summary_text(const app::DeliverReport& report, const TimeZone& zone);

}  // namespace kenko::cli
