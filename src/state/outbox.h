// state/outbox.h
//
// Messages that are told to people and programs, and what became of each.  They stand in state.db, so that they are
// there exactly when what they tell is; sending them changes their own rows alone and needs no write lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "ports/message.h"

namespace kenko::state {

/// waiting: to be sent when it is due.  sending: a try began and nothing says how it ended; one that was killed leaves
/// it so, and the next sender tries it again at once.  sent: the receiver has it.  dead: given up.
enum class MessageState : uint8_t { waiting, sending, sent, dead };

/// A message with what became of it.
struct OutboxMessage {
  ports::Message message;
  MessageState state = MessageState::waiting;
  int32_t tries = 0;             ///< since it was added, or put back by hand
  Instant due;                   ///< of the next try
  int64_t attempts = 0;          ///< tries in all
  std::optional<Instant> tried;  ///< when the last try began
  std::optional<Instant> ended;  ///< sent or dead: when
  int32_t status = 0;            ///< of the last try (HTTP, SMTP); 0 = no answer
  std::string said;              ///< of the last try: why it did not arrive; empty = it did, or nothing was tried
};

/// One try.
struct OutboxAttempt {
  int64_t number = 1;
  Instant began;
  std::optional<Instant> ended;  ///< none: it was killed, or is under way
  int32_t status = 0;
  std::string said;
};

/// How a try ended.
struct AttemptEnd {
  Instant at;
  MessageState state = MessageState::waiting;  ///< waiting, sent or dead
  Instant due;                                 ///< waiting: of the next try
  int32_t status = 0;
  std::string said;
  bool switch_off = false;  ///< the endpoint wants nothing any more
};

/// An endpoint that is switched off: its messages wait.
struct SwitchedOff {
  std::string channel;
  Instant at;
  std::string said;
};

/// The outbox of a workspace.  Threads: use from one at a time.  Problems of all functions: those of Database.
///
/// Durability: each function is one transaction.  At most the message of a try under way is sent twice, with the same
///             id.
class Outbox {
 public:
  /// For reading.  Problem "state-missing" where there is no database.
  [[nodiscard]] static Result<Outbox> open(const std::string& dir);
  /// For senders, and for putting messages back; also problem "is-a-backup".
  [[nodiscard]] static Result<Outbox> open_for_writing(const std::string& dir);
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) noexcept;
  ~Outbox();

  /// Adds what is not there yet, by id; gives how many were added.  What belongs to another change of the workspace is
  /// added in that one's transaction (state/outbox_rows.h).
  [[nodiscard]] Result<int64_t> add(const std::vector<ports::Message>& messages);

  /// What may be tried at `now`: waiting and due, or left behind by a sender that was killed; none of endpoints that
  /// are switched off.  By (created, id).  Requires that nobody else sends.
  [[nodiscard]] Result<std::vector<OutboxMessage>> due(Instant now);
  /// When the next of the waiting messages is due; none when none waits.
  [[nodiscard]] Result<std::optional<Instant>> next_due();
  /// Messages of these states (empty = all), the newest first; limit 0 = all.
  [[nodiscard]] Result<std::vector<OutboxMessage>> list(const std::vector<MessageState>& states, int64_t limit);
  /// By id or its beginning.  Problems: "unknown-message", "ambiguous-message".
  [[nodiscard]] Result<OutboxMessage> find(std::string_view id_or_prefix);
  [[nodiscard]] Result<std::vector<OutboxAttempt>> attempts(const std::string& id);

  /// Marks the message before a try ...
  [[nodiscard]] Status begin_attempt(const std::string& id, Instant now);
  /// ... and after it.
  [[nodiscard]] Status end_attempt(const std::string& id, const AttemptEnd& end);

  /// Puts a message that was sent or given up back into the queue, with all its tries before it and the same id.
  /// Problems: "unknown-message", "message-waits", "message-forgotten" (its body was emptied).
  [[nodiscard]] Status put_back(const std::string& id, Instant now);

  /// By name.
  [[nodiscard]] Result<std::vector<SwitchedOff>> switched_off();
  /// True when it was switched off.
  [[nodiscard]] Result<bool> switch_on(const std::string& channel);

  /// Empties the bodies of what was sent at or before `until`: that it was sent stays.
  [[nodiscard]] Status forget_bodies(Instant until);

 private:
  struct State;
  explicit Outbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::state
