// Closed days and the texts of the models that said them: Database::close_day, closed_days, model_text.
#include "state/closed_day.h"

#include "state/database_state.h"

namespace kenko::state {

Status Database::close_day(const ClosedDay& day, const std::string& model_text) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(Statement text,
            state_->sqlite.prepare("INSERT OR IGNORE INTO model_text(fingerprint, text) VALUES (?, ?)"));
  KENKO_TRY_STATUS(text.run(day.fingerprint, model_text));
  KENKO_TRY(Statement insert,
            state_->sqlite.prepare("INSERT INTO closed_day(day, known_until, at, next_seq, model, fingerprint, "
                                   "scores_file, rows, revisions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(insert.run(day.day, day.known_until, day.at, day.next_seq, day.model, day.fingerprint,
                              day.scores_file, day.rows, day.revisions));
  return transaction.commit();
}

Result<std::vector<ClosedDay>> Database::closed_days() {
  std::vector<ClosedDay> out;
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT day, known_until, at, next_seq, model, fingerprint, "
                                                  "scores_file, rows, revisions FROM closed_day ORDER BY day"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.day(0), Instant{row.integer(1)}, Instant{row.integer(2)}, row.integer(3), row.text(4),
                   row.hash(5), row.text(6), row.integer(7), row.integer(8)});
  }
}

Result<std::string> Database::model_text(const Hash128& fingerprint) {
  KENKO_TRY(Statement row, state_->sqlite.prepare("SELECT text FROM model_text WHERE fingerprint = ?"));
  row.bind(fingerprint);
  KENKO_TRY(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

}  // namespace kenko::state
