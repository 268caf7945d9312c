// segments/row_merge.h
//
// Internal to segments: the rows of several sorted segments as one sorted table, row by row.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "duck/columns.h"
#include "duck/connection.h"
#include "ports/fact_store.h"
#include "segments/event_rows.h"

namespace kenko::segments {

/// Event versions by (source, account_ref, occurred_at, event_id, seq), read from several places at once.
///
/// Memory: one block of rows of each place.  Threads: one.
class RowMerge {
 public:
  /// Which rows to leave out.
  using Hidden = std::function<bool(int64_t seq, const Hash128& key)>;

  RowMerge();
  ~RowMerge();
  RowMerge(const RowMerge&) = delete;
  RowMerge& operator=(const RowMerge&) = delete;

  [[nodiscard]] Status add(const std::string& dir, const ports::SegmentInfo& segment);
  /// `events` must outlive it.
  [[nodiscard]] Status add(const EventRows& events);
  void hide(Hidden hidden) { hidden_ = std::move(hidden); }

  /// The rows, once, in the columns of SegmentColumn; refers to this object.
  [[nodiscard]] duck::Table table();
  /// After the table was read: the rows it gave, or why it ended early.
  [[nodiscard]] Result<uint64_t> rows_given() const;
  /// The sum of the seq of all rows given.
  [[nodiscard]] Int128 sum_of_seq() const { return sum_of_seq_; }

 private:
  struct Input;
  struct Place {
    const duck::Chunk* chunk = nullptr;
    size_t row = 0;
  };
  Status add_input(std::unique_ptr<Input> input, const std::string& query);
  Status next_chunk(Input& input);
  Status advance(Input& input);
  [[nodiscard]] bool later(size_t a, size_t b) const;
  Status fill_window(size_t most);
  size_t ready(uint64_t begin, size_t most);
  template <typename T>
  void add_column(duck::Table& table, size_t column, duck::Type type);
  void add_text_column(duck::Table& table, size_t column);

  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<size_t> heap_;                              // inputs with a row, the earliest on top
  std::vector<std::shared_ptr<const duck::Chunk>> held_;  // of the window
  std::vector<Place> window_;
  uint64_t window_begin_ = 0;
  uint64_t expected_ = 0;
  uint64_t given_ = 0;
  Int128 sum_of_seq_ = 0;
  Hidden hidden_;
  Status failure_ = Done{};
};

}  // namespace kenko::segments
