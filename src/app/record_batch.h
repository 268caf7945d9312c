// app/record_batch.h
//
// Some records of a file that follow each other, copied, so that others can map them while the file is read on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_arena.h"
#include "mapping/record.h"
#include "readers/read_records.h"

namespace kenko::app {

/// The columns of records.
struct RecordNames {
  uint64_t shape = 0;
  std::vector<std::string> texts;
  std::vector<std::string_view> views;  ///< of texts

  explicit RecordNames(const mapping::RawRecord& record);
  RecordNames(const RecordNames&) = delete;
  RecordNames& operator=(const RecordNames&) = delete;
  [[nodiscard]] bool are_of(const mapping::RawRecord& record) const {
    return record.shape == shape && record.names.size() == views.size();
  }
};

/// Records with the same columns, and rows that could not be read, in their order.
///
/// Ownership: owns the cells; clear() keeps the memory.  Threads: one.
class RecordBatch {
 public:
  /// Begins again, with records of these columns.
  void clear(std::shared_ptr<const RecordNames> names);
  void add(const mapping::RawRecord& record);
  void add(readers::BadRow row);

  [[nodiscard]] size_t size() const { return lines_.size(); }
  /// Time to give it away: its size is bounded by this, whatever the records are like.
  [[nodiscard]] bool full() const;
  [[nodiscard]] const RecordNames* names() const { return names_.get(); }
  /// The row that could not be read; nullptr = a record.
  [[nodiscard]] const readers::BadRow* bad_row(size_t i) const {
    return lines_[i] < 0 ? &bad_rows_[static_cast<size_t>(-lines_[i] - 1)] : nullptr;
  }
  /// Requires that bad_row(i) is nullptr.
  [[nodiscard]] mapping::RawRecord record(size_t i) const;

 private:
  std::shared_ptr<const RecordNames> names_;
  TextArena texts_;
  std::vector<std::string_view> values_;  // of the records, one after the other
  std::vector<int64_t> lines_;            // below 0: the bad row -line - 1
  std::vector<size_t> first_value_;       // of each row
  std::vector<readers::BadRow> bad_rows_;
};

}  // namespace kenko::app
