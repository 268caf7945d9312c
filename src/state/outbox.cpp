#include "state/outbox.h"

#include <fmt/format.h>

#include "state/database.h"
#include "state/outbox_rows.h"
#include "state/sqlite.h"
#include "state/write_lock.h"

namespace kenko::state {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, kind, channel, recipient, subject, text, html, json, created, state, tries, due, attempts, tried, "
    "ended, status, said FROM outbox ";

std::optional<Instant> maybe_instant(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

OutboxMessage read_message(const Statement& row) {
  OutboxMessage out;
  ports::Message& m = out.message;
  m.id = row.text(0);
  m.kind = row.text(1);
  m.channel = row.text(2);
  m.recipient = row.text(3);
  m.subject = row.text(4);
  m.text = row.text(5);
  m.html = row.text(6);
  m.json = row.text(7);
  m.created = {row.integer(8)};
  out.state = static_cast<MessageState>(row.integer(9));
  out.tries = static_cast<int32_t>(row.integer(10));
  out.due = {row.integer(11)};
  out.attempts = row.integer(12);
  out.tried = maybe_instant(row, 13);
  out.ended = maybe_instant(row, 14);
  out.status = static_cast<int32_t>(row.integer(15));
  out.said = row.text(16);
  return out;
}

Result<std::vector<OutboxMessage>> read_all(Statement& row) {
  std::vector<OutboxMessage> out;
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back(read_message(row));
  }
}

Problem problem(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

int number(MessageState state) { return static_cast<int>(state); }

}  // namespace

struct Outbox::State {
  Sqlite sqlite;
};

Outbox::Outbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&&) noexcept = default;
Outbox::~Outbox() = default;

Result<Outbox> Outbox::open(const std::string& dir) {
  KENKO_TRY(const Database checked, Database::open(dir));
  KENKO_TRY(Sqlite sqlite, Sqlite::open(dir + "/state.db", false));
  return Outbox(std::make_unique<State>(State{std::move(sqlite)}));
}

Result<Outbox> Outbox::open_for_writing(const std::string& dir) {
  KENKO_TRY_STATUS(refuse_backup(dir));
  KENKO_TRY(const Database checked, Database::open(dir));
  KENKO_TRY(Sqlite sqlite, Sqlite::open(dir + "/state.db", true));
  // What was sent must be written down: an import that commits meanwhile is waited for.
  KENKO_TRY_STATUS(sqlite.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 60000"));
  return Outbox(std::make_unique<State>(State{std::move(sqlite)}));
}

Result<int64_t> add_messages(Sqlite& sqlite, const std::vector<ports::Message>& messages) {
  KENKO_TRY(Statement insert,
            sqlite.prepare("INSERT OR IGNORE INTO outbox(id, kind, channel, recipient, subject, text, html, json, "
                           "created, state, tries, due, attempts, status, said) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 0, 0, '')"));
  int64_t added = 0;
  for (const ports::Message& m : messages) {
    KENKO_CHECK(m.id.size() == 32 && m.id.find_first_not_of("0123456789abcdef") == std::string::npos,
                "a message's id is `{}`", m.id);
    KENKO_TRY_STATUS(
        insert.run(m.id, m.kind, m.channel, m.recipient, m.subject, m.text, m.html, m.json, m.created, m.created));
    added += sqlite3_changes(sqlite.handle());
  }
  return added;
}

Result<int64_t> Outbox::add(const std::vector<ports::Message>& messages) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(const int64_t added, add_messages(state_->sqlite, messages));
  KENKO_TRY_STATUS(transaction.commit());
  return added;
}

Result<std::vector<OutboxMessage>> Outbox::due(Instant now) {
  KENKO_TRY(Statement row, state_->sqlite.prepare(
                               std::string(kSelect) +
                               "WHERE state < 2 AND (state = 1 OR due <= ?) AND channel NOT IN (SELECT channel FROM "
                               "outbox_off) ORDER BY created, id"));
  row.bind(now);
  return read_all(row);
}

Result<std::optional<Instant>> Outbox::next_due() {
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT min(due) FROM outbox WHERE state < 2 AND channel NOT IN "
                                                  "(SELECT channel FROM outbox_off)"));
  KENKO_TRY(const bool found, row.step());
  return found ? maybe_instant(row, 0) : std::nullopt;
}

Result<std::vector<OutboxMessage>> Outbox::list(const std::vector<MessageState>& states, int64_t limit) {
  std::string wanted;
  for (const MessageState s : states) wanted += fmt::format("{}{}", wanted.empty() ? "" : ", ", number(s));
  KENKO_TRY(Statement row, state_->sqlite.prepare(fmt::format(
                               "{}{} ORDER BY created DESC, id LIMIT ?", kSelect,
                               wanted.empty() ? std::string() : fmt::format("WHERE state IN ({})", wanted))));
  row.bind(limit > 0 ? limit : int64_t{-1});
  return read_all(row);
}

Result<OutboxMessage> Outbox::find(std::string_view id_or_prefix) {
  constexpr size_t kLeast = 4;
  std::vector<OutboxMessage> found;
  const bool good =
      id_or_prefix.size() >= kLeast && id_or_prefix.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (good) {
    KENKO_TRY(Statement row,
              state_->sqlite.prepare(std::string(kSelect) + "WHERE id >= ? AND id < ? ORDER BY id LIMIT 2"));
    row.bind(id_or_prefix, std::string(id_or_prefix) + "g");
    KENKO_TRY(found, read_all(row));
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return problem("unknown-message", fmt::format("there is no message `{}`", id_or_prefix),
                   "`kenko messages list` shows their ids; the first characters will do, at least 4");
  }
  return problem("ambiguous-message", fmt::format("several messages begin with `{}`", id_or_prefix),
                 fmt::format("for example {} and {}", found[0].message.id, found[1].message.id));
}

Result<std::vector<OutboxAttempt>> Outbox::attempts(const std::string& id) {
  std::vector<OutboxAttempt> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT number, began, ended, status, said FROM outbox_attempt "
                                                  "WHERE message = ? ORDER BY number"));
  row.bind(id);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.integer(0), Instant{row.integer(1)}, maybe_instant(row, 2), static_cast<int32_t>(row.integer(3)),
                   row.text(4)});
  }
}

Status Outbox::begin_attempt(const std::string& id, Instant now) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement mark,
            state_->sqlite.prepare("UPDATE outbox SET state = 1, tries = tries + 1, attempts = attempts "
                                   "+ 1, tried = ? WHERE id = ? AND state < 2"));
  KENKO_TRY_STATUS(mark.run(now, id));
  KENKO_CHECK(sqlite3_changes(state_->sqlite.handle()) == 1, "a try of the message {}, which does not wait", id);
  KENKO_TRY(Statement attempt, state_->sqlite.prepare("INSERT INTO outbox_attempt SELECT id, attempts, ?, NULL, 0, '' "
                                                      "FROM outbox WHERE id = ?"));
  KENKO_TRY_STATUS(attempt.run(now, id));
  return transaction.commit();
}

Status Outbox::end_attempt(const std::string& id, const AttemptEnd& end) {
  KENKO_CHECK(end.state != MessageState::sending, "a try of {} that ended goes on", id);
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement attempt,
            state_->sqlite.prepare("UPDATE outbox_attempt SET ended = ?, status = ?, said = ? WHERE message = ? AND "
                                   "number = (SELECT attempts FROM outbox WHERE id = ?)"));
  KENKO_TRY_STATUS(attempt.run(end.at, int64_t{end.status}, end.said, id, id));
  const bool waits = end.state == MessageState::waiting;
  KENKO_TRY(Statement mark,
            state_->sqlite.prepare("UPDATE outbox SET state = ?, due = ?, ended = ?, status = ?, said = "
                                   "? WHERE id = ? AND state = 1"));
  KENKO_TRY_STATUS(mark.run(number(end.state), waits ? end.due : end.at,
                            waits ? std::optional<Instant>() : std::optional(end.at), int64_t{end.status}, end.said,
                            id));
  KENKO_CHECK(sqlite3_changes(state_->sqlite.handle()) == 1, "the end of no try of the message {}", id);
  if (end.switch_off) {
    KENKO_TRY(Statement off, state_->sqlite.prepare("INSERT OR IGNORE INTO outbox_off SELECT channel, ?, ? FROM outbox "
                                                    "WHERE id = ?"));
    KENKO_TRY_STATUS(off.run(end.at, end.said, id));
  }
  return transaction.commit();
}

Status Outbox::put_back(const std::string& id, Instant now) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(const OutboxMessage found, find(id));
  const ports::Message& m = found.message;
  if (found.state == MessageState::waiting || found.state == MessageState::sending) {
    return problem("message-waits", fmt::format("the message {} is still to be sent", m.id),
                   fmt::format("it is due at {}; `kenko messages send` sends what is due", found.due.iso()));
  }
  if (m.text.empty() && m.html.empty() && m.json.empty()) {
    return problem("message-forgotten",
                   fmt::format("the message {} was sent long ago: its text is no longer kept", m.id), "");
  }
  KENKO_TRY(Statement mark,
            state_->sqlite.prepare("UPDATE outbox SET state = 0, tries = 0, due = ?, ended = NULL WHERE id = ?"));
  KENKO_TRY_STATUS(mark.run(now, m.id));
  return transaction.commit();
}

Result<std::vector<SwitchedOff>> Outbox::switched_off() {
  std::vector<SwitchedOff> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT channel, at, said FROM outbox_off ORDER BY channel"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.text(0), Instant{row.integer(1)}, row.text(2)});
  }
}

Result<bool> Outbox::switch_on(const std::string& channel) {
  KENKO_TRY(Statement remove, state_->sqlite.prepare("DELETE FROM outbox_off WHERE channel = ?"));
  KENKO_TRY_STATUS(remove.run(channel));
  return sqlite3_changes(state_->sqlite.handle()) > 0;
}

Status Outbox::forget_bodies(Instant until) {
  KENKO_TRY(Statement empty, state_->sqlite.prepare("UPDATE outbox SET text = '', html = '', json = '' WHERE state = 2 "
                                                    "AND ended <= ? AND text <> ''"));
  return empty.run(until);
}

}  // namespace kenko::state
