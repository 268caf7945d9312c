// app/deliver.h
//
// kenko messages: sends what is in the outbox (state/outbox.h) over the channels of channels.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "notify/channels.h"
#include "notify/secrets.h"
#include "notify/transport.h"
#include "ports/clock.h"
#include "ports/message.h"
#include "state/outbox.h"

namespace kenko::app {

/// What a sender needs besides the workspace.
struct Postman {
  const ports::Clock& clock;
  notify::Transport& transport;
  notify::SecretSource secrets;
};

struct DeliverOptions {
  bool dry_run = false;  ///< send nothing, write nothing
  std::string only;      ///< the id of one message; empty = all that are due
};

/// What became of one message that was due.
///
/// sent:    the receiver has it.             later:   it is tried again, at `next`.
/// dead:    given up, until it is put back.  off:     its endpoint wants nothing any more and is switched off now.
/// put_off: not tried, because its channel just failed for another one, or cannot be used; it stays due.
/// would:   of a dry run.
enum class Delivery : uint8_t { sent, later, dead, off, put_off, would };
[[nodiscard]] std::string_view word(Delivery delivery);

struct DeliveryLine {
  ports::Message message;
  Delivery delivery = Delivery::sent;
  int32_t tries = 0;  ///< with this one
  std::string said;
  std::optional<Instant> next;
};

/// What a run of the sender did.
struct DeliverReport {
  std::vector<DeliveryLine> lines;      ///< in the order in which they were tried
  std::vector<state::SwitchedOff> off;  ///< endpoints that are switched off, their messages wait
  std::optional<Instant> next_due;      ///< of what still waits
  Problems problems;                    ///< of channels that cannot be used: no secret, not in channels.yaml ...

  [[nodiscard]] int64_t count(Delivery delivery) const;
  /// Something was given up, is switched off or cannot be used: a person has to look.
  [[nodiscard]] bool needs_person() const;
};

/// channels.yaml of the workspace; no channels when there is no such file.  Problems: those of notify::read_channels.
[[nodiscard]] Result<notify::Channels> open_channels(const Workspace& workspace);

/// Tries every message that is due, once each.  A message is marked before and after its try: a sender that is killed
/// loses none, and the next one repeats at most the one under way, with the same id.
/// Problems: "sending-locked", "is-a-backup", those of open_channels, storage problems.
[[nodiscard]] Result<DeliverReport> deliver_due(const Workspace& workspace, const Postman& postman,
                                                const DeliverOptions& options);

/// Puts a test message for `to` into the outbox and gives it back: the name of a channel, an address for mail, or
/// somebody of team.yaml (where there is an alerts.yaml).  Problems: "unknown-channel", "no-mail-server",
/// "bad-address", "workspace-locked", those of team.yaml, storage problems.
[[nodiscard]] Result<ports::Message> add_test_message(const Workspace& workspace, const std::string& to, Instant now);

/// Puts a message that was sent or given up back into the queue.  Problems: those of state::Outbox::put_back.
[[nodiscard]] Result<state::OutboxMessage> redeliver(const Workspace& workspace, const std::string& id, Instant now);

/// Switches an endpoint on again.  False when it was not off.  Problem "unknown-channel".
[[nodiscard]] Result<bool> enable_channel(const Workspace& workspace, const std::string& name);

/// The outbox for reading; none in a workspace without a database.
[[nodiscard]] Result<std::optional<state::Outbox>> open_outbox(const Workspace& workspace);

}  // namespace kenko::app
