// What people did: Database::act and actions; rules that were in force, and what was told so far.
#include "state/action.h"

#include <algorithm>

#include "state/database_state.h"
#include "state/outbox_rows.h"

namespace kenko::state {

Result<Action> Database::act(const Action& action) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  Action out = action;
  KENKO_TRY(out.number, state_->sqlite.integer("SELECT coalesce(max(number), 0) + 1 FROM action"));
  KENKO_TRY(const int64_t last, state_->sqlite.integer("SELECT max(coalesce((SELECT max(at) FROM action), 0), "
                                                       "coalesce((SELECT max(at) FROM closed_day), 0))"));
  out.at = std::max(out.at, Instant{last});
  KENKO_TRY(Statement insert, state_->sqlite.prepare("INSERT INTO action VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(
      insert.run(out.number, out.at, out.author, out.kind, out.object, out.act, out.text, out.comment, out.until));
  KENKO_TRY_STATUS(transaction.commit());
  return out;
}

Result<std::vector<Action>> Database::actions() {
  std::vector<Action> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT number, at, author, kind, object, act, text, comment, until "
                                                  "FROM action ORDER BY number"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.integer(0), Instant{row.integer(1)}, row.text(2), row.text(3), row.text(4), row.text(5),
                   row.text(6), row.text(7), row.maybe_day(8)});
  }
}

Result<RuleFiles> Database::rule_files(const Hash128& fingerprint) {
  RuleFiles out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT file, text FROM rules_text WHERE fingerprint = ?"));
  row.bind(fingerprint);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out[row.text(0)] = row.text(1);
  }
}

Result<std::optional<Instant>> Database::acted_until() {
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT until FROM acted"));
  KENKO_TRY(const bool found, row.step());
  return found ? std::optional(Instant{row.integer(0)}) : std::nullopt;
}

Result<std::map<std::string, Hash128>> Database::written_back(const std::string& target) {
  std::map<std::string, Hash128> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT id, content FROM written_back WHERE target = ?"));
  row.bind(target);
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out[row.text(0)] = row.hash(1);
  }
}

Status Database::keep_written_back(const std::string& target, const std::map<std::string, Hash128>& rows) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement row,
            state_->sqlite.prepare("INSERT OR REPLACE INTO written_back(target, id, content) VALUES (?, ?, ?)"));
  for (const auto& [id, content] : rows) {
    KENKO_TRY_STATUS(row.run(target, id, content));
  }
  return transaction.commit();
}

Status Database::end_acting(Instant until, const std::vector<ports::Message>& messages) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY_STATUS(add_messages(state_->sqlite, messages));
  KENKO_TRY(Statement row, state_->sqlite.prepare("INSERT OR REPLACE INTO acted(only, until) VALUES (1, ?)"));
  KENKO_TRY_STATUS(row.run(until));
  return transaction.commit();
}

}  // namespace kenko::state
