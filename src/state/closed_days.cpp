// Closed days and the texts of the models that said them: Database::close_day, closed_days, model_text.
#include "state/closed_day.h"

#include "state/database_state.h"

namespace kenko::state {
namespace {

Status keep_rules(Sqlite& sqlite, const std::optional<Hash128>& fingerprint, const RuleFiles& rules) {
  if (!fingerprint) return Done{};
  KENKO_TRY(Statement row,
            sqlite.prepare("INSERT OR IGNORE INTO rules_text(fingerprint, file, text) VALUES (?, ?, ?)"));
  for (const auto& [file, text] : rules) {
    KENKO_TRY_STATUS(row.run(*fingerprint, file, text));
  }
  return Done{};
}

}  // namespace

Status Database::close_day(const ClosedDay& day, const std::string& model_text, const RuleFiles& rules) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement text,
            state_->sqlite.prepare("INSERT OR IGNORE INTO model_text(fingerprint, text) VALUES (?, ?)"));
  KENKO_TRY_STATUS(text.run(day.fingerprint, model_text));
  KENKO_TRY(Statement insert,
            state_->sqlite.prepare("INSERT INTO closed_day(day, known_until, at, next_seq, model, fingerprint, "
                                   "scores_file, rows, revisions, rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(insert.run(day.day, day.known_until, day.at, day.next_seq, day.model, day.fingerprint,
                              day.scores_file, day.rows, day.revisions, day.rules));
  KENKO_TRY_STATUS(keep_rules(state_->sqlite, day.rules, rules));
  return transaction.commit();
}

Result<std::vector<ClosedDay>> Database::closed_days() {
  std::vector<ClosedDay> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT day, known_until, at, next_seq, model, fingerprint, "
                                                  "scores_file, rows, revisions, rules FROM closed_day ORDER BY day"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    ClosedDay& day = out.emplace_back();
    day.day = row.day(0);
    day.known_until = Instant{row.integer(1)};
    day.at = Instant{row.integer(2)};
    day.next_seq = row.integer(3);
    day.model = row.text(4);
    day.fingerprint = row.hash(5);
    day.scores_file = row.text(6);
    day.rows = row.integer(7);
    day.revisions = row.integer(8);
    if (!row.is_null(9)) day.rules = row.hash(9);
  }
}

Result<std::string> Database::model_text(const Hash128& fingerprint) {
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT text FROM model_text WHERE fingerprint = ?"));
  row.bind(fingerprint);
  KENKO_TRY(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

}  // namespace kenko::state
