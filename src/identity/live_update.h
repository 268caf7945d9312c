// identity/live_update.h
//
// Internal to identity: one update of a LivePortfolio.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "identity/live_portfolio.h"
#include "identity/placing.h"

namespace kenko::identity {

/// Finds the events that changed, and lays the blocks of their accounts behind the others.
class LiveUpdate {
 public:
  /// `before` and `after` may be the same.
  LiveUpdate(LivePortfolio& live, Tables tables, int64_t known_seq, References& before, References& after);

  /// Looks at new versions of events and at all rows of references that stand for something else.  False when there are
  /// more than `room`.
  [[nodiscard]] bool find_changes(uint64_t room);
  /// False when the blocks don't fit or are not what they should be.
  [[nodiscard]] bool write_blocks(uint64_t room);
  /// An account got its first event or lost its last one.
  [[nodiscard]] bool accounts_changed() const { return accounts_changed_; }

 private:
  // An event that an account gets.
  struct Added {
    RowId id;
    Day day;
    uint32_t user = 0;  // its number in the portfolio
  };
  struct AccountChange {
    std::vector<RowId> removed;
    std::vector<Added> added;
  };
  // One side: how things were, or are.
  struct Side {
    References* references = nullptr;
    std::vector<std::unique_ptr<Placer>> placers;  // by table, made on first use
  };

  [[nodiscard]] bool is_new(RowId id) const { return tables_[id.table].seq[id.row] > known_seq_; }
  Placer& placer(Side& side, uint32_t table);
  void collect_new_rows();
  void collect_rows_of(const ChangedReferences& changed);
  void judge_together();
  void judge(const std::vector<RowId>& versions);
  void take_tallies();
  [[nodiscard]] bool write_block(const std::string& account, AccountChange& change, BlockWriter& writer);
  [[nodiscard]] uint64_t first_after(const facts::RowRange& rows, RowId id) const;
  [[nodiscard]] std::optional<uint64_t> find_row(const facts::RowRange& rows, RowId id) const;
  [[nodiscard]] int compare(uint64_t row, RowId id) const;
  void keep_rows(uint64_t first, uint64_t last, BlockWriter& writer);
  void add_accounts();

  LivePortfolio& live_;
  Tables tables_;
  int64_t known_seq_;
  bool references_changed_;
  std::mutex lock_;
  Side before_, after_;
  std::vector<RowId> rows_;  // whose events may have changed
  uint64_t new_rows_ = 0;
  std::map<std::string, AccountChange, std::less<>> changes_;
  std::vector<std::pair<std::string, facts::RowRange>> new_accounts_;  // sorted
  bool accounts_changed_ = false;
  // The properties of the block at hand: the cells of its rows that were not copied yet.
  struct Cursor {
    size_t property = 0;
    size_t at = 0, end = 0;
  };
  std::vector<Cursor> cursors_;
};

}  // namespace kenko::identity
