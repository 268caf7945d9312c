// identity/blocks.h
//
// Resolved events in the columns that executors read, block by block, so that they never have to be in memory as a
// whole.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "facts/portfolio.h"
#include "identity/versions.h"
#include "identity/zeroed_array.h"

namespace kenko::identity {

/// Consecutive rows of ResolvedEvents.
///
/// id_end and the rows of `cells` count from the first row of the portfolio, not of the block.  `cells` by position in
/// the list of keys that goes with the blocks.
struct EventBlock {
  struct Cells {
    std::vector<uint32_t> row, value;
  };
  std::vector<int32_t> day;
  std::vector<int64_t> occurred, value;
  std::vector<uint32_t> name, source, user;
  std::vector<uint8_t> flags;
  std::vector<uint64_t> id_end;
  std::string id_bytes;
  std::vector<Cells> cells;

  [[nodiscard]] size_t size() const { return day.size(); }
  void clear();
};

/// Takes resolved events.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// `rows` follow in all; called once, first.
  virtual void begin(uint64_t rows) = 0;
  /// Takes the next rows; leaves anything in `block`.
  virtual void add(EventBlock& block) = 0;
  /// All rows were there; `keys` are the properties by position.  Sets the columns of `portfolio`.
  virtual void finish(const std::vector<std::string>& keys, facts::Portfolio& portfolio) = 0;
};

/// Keeps the columns in memory.
class MemorySink final : public EventSink {
 public:
  void begin(uint64_t rows) override;
  void add(EventBlock& block) override;
  void finish(const std::vector<std::string>& keys, facts::Portfolio& portfolio) override;

 private:
  EventBlock all_;
};

/// Turns rows of tables into rows of blocks.
///
/// Ownership: keeps references; `portfolio` gives settings, rates and takes the texts.
class BlockWriter {
 public:
  BlockWriter(Tables tables, facts::Portfolio& portfolio, uint64_t first_row, uint64_t first_id_byte);

  /// Gives names and sources their codes first, sorted, so that not even codes depend on the order of arrival.
  void number_names(const std::vector<std::vector<uint8_t>>& used_codes);
  /// Appends a row to `block`; `user` is its number in the portfolio.
  void add(RowId id, Day day, uint32_t user);
  /// Gives the rows so far to `sink`.
  void give(EventSink& sink);
  /// The position of a property; new ones are appended to keys().
  [[nodiscard]] size_t position_of(std::string_view key);

  EventBlock block;
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  [[nodiscard]] int64_t no_rate() const { return no_rate_; }
  /// Counts rows and bytes of ids that the caller put into the block itself.
  void skip(uint64_t rows, uint64_t id_bytes) {
    row_ += rows;
    id_byte_ += id_bytes;
  }
  [[nodiscard]] uint64_t next_row() const { return row_; }
  [[nodiscard]] uint64_t next_id_byte() const { return id_byte_; }

 private:
  // What the codes of one table are here.
  struct TableCodes {
    ZeroedArray<uint32_t> text;    // by code: code in the portfolio's texts, 0 = not asked yet
    ZeroedArray<uint32_t> column;  // by code of a key: position + 1, 0 = not asked yet
    uint32_t own_currency = 0;
  };
  static constexpr uint32_t kNoColumn = UINT32_MAX;

  TableCodes& codes_of(uint32_t table);
  uint32_t text_code(uint32_t table, uint32_t code);
  void add_value(const facts::EventView& e, TableCodes& codes, uint32_t row, Day day);
  void add_cell(size_t position, uint32_t value);

  Tables tables_;
  facts::Portfolio& portfolio_;
  std::vector<TableCodes> codes_;
  std::vector<std::string> keys_;
  std::unordered_map<std::string, size_t> positions_;
  size_t currency_ = SIZE_MAX;
  uint64_t row_ = 0, id_byte_ = 0;
  int64_t no_rate_ = 0;
};

}  // namespace kenko::identity
