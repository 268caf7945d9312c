// Merges of accounts: Database::merge_account and account_merges.
#include "state/database_state.h"
#include "state/entered_events.h"
#include "state/fact_rows.h"

namespace kenko::state {

Result<AccountMerge> Database::merge_account(const AccountMerge& merge) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  AccountMerge out = merge;
  KENKO_TRY(out.number, state_->sqlite.integer("SELECT coalesce(max(number), 0) + 1 FROM account_merge"));
  KENKO_TRY(const int64_t seq, first_seq(state_->sqlite));
  facts::IdentityFact fact;
  fact.kind = facts::EntityKind::account;
  fact.source = facts::kManualSource;
  fact.external_id = merge.account;
  fact.id = merge.into;
  fact.recorded = {merge.at, seq, false};
  using Table = FactTable<facts::IdentityFact>;
  KENKO_TRY(Statement identity, state_->sqlite.prepare(Table::kInsert));
  KENKO_TRY_STATUS(Table::insert(identity, fact));
  KENKO_TRY(Statement row, state_->sqlite.prepare("INSERT INTO account_merge VALUES (?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(row.run(out.number, out.at, out.author, out.reason, out.account, out.into));
  KENKO_TRY_STATUS(finish_facts(state_->sqlite, seq + 1));
  KENKO_TRY_STATUS(transaction.commit());
  return out;
}

Result<std::vector<AccountMerge>> Database::account_merges() {
  std::vector<AccountMerge> out;
  KENKO_TRY(Statement row,
            state_->sqlite.prepare("SELECT number, at, author, reason, account, into_account FROM account_merge "
                                   "ORDER BY number"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return out;
    out.push_back({row.integer(0), Instant{row.integer(1)}, row.text(2), row.text(3), row.text(4), row.text(5)});
  }
}

}  // namespace kenko::state
