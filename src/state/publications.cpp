// Published models: Database::publish and publications.
#include "state/database_state.h"

namespace kenko::state {

Result<Publication> Database::publish(const Publication& publication) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  Publication out = publication;
  KENKO_TRY(out.number, state_->sqlite.integer("SELECT coalesce(max(number), 0) + 1 FROM publication"));
  KENKO_TRY(Statement insert,
            state_->sqlite.prepare("INSERT INTO publication(number, at, author, reason, model, fingerprint, text, "
                                   "scores_file, rows, first_day, last_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(insert.run(out.number, out.at, out.author, out.reason, out.model, out.fingerprint, out.text,
                              out.scores_file, out.rows, out.first_day, out.last_day));
  KENKO_TRY_STATUS(transaction.commit());
  return out;
}

Result<std::vector<Publication>> Database::publications() {
  std::vector<Publication> out;
  KENKO_TRY(Statement row,
            state_->sqlite.prepare("SELECT number, at, author, reason, model, fingerprint, text, scores_file, rows, "
                                   "first_day, last_day FROM publication ORDER BY number"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.integer(0), Instant{row.integer(1)}, row.text(2), row.text(3), row.text(4), row.hash(5),
                   row.text(6), row.text(7), row.integer(8), row.maybe_day(9), row.maybe_day(10)});
  }
}

}  // namespace kenko::state
