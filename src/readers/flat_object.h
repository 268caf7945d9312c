// readers/flat_object.h
//
// Flattens one JSON object into the cells of a record.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mapping/record.h"

namespace kenko::readers {

/// Turns the texts of JSON objects into records whose columns only grow.
///
/// Threads: one at a time.
class FlatObject {
 public:
  explicit FlatObject(int64_t max_columns);
  ~FlatObject();
  FlatObject(const FlatObject&) = delete;
  FlatObject& operator=(const FlatObject&) = delete;

  /// What was wrong with an object.
  struct Fault {
    std::string code;  ///< empty = nothing
    std::string field;
    std::string message;
    bool of_file = false;  ///< more columns than a table can have
  };
  /// Reads `size` bytes at `text`, which must be followed by kPadding readable bytes.  The record is good until the
  /// next call and as long as `text` stays.
  [[nodiscard]] Fault read(const char* text, size_t size);
  [[nodiscard]] mapping::RawRecord record(int64_t line) const { return {line, names_.size(), names_, values_}; }

  static const size_t kPadding;

 private:
  struct Parser;
  template <typename Object>
  Fault walk(Object& object, size_t depth);
  template <typename Value>
  Fault take(Value& value, std::string_view key, size_t depth);
  Fault set(std::string_view key, std::string_view value);
  size_t column_of(std::string_view key);

  std::unique_ptr<Parser> parser_;
  int64_t max_columns_;
  std::deque<std::string> name_texts_;
  std::vector<std::string_view> names_, values_;
  std::vector<uint64_t> seen_;                          // by column: the number of the last record that has it
  std::unordered_map<std::string_view, size_t> index_;  // only looked up, never walked
  std::deque<std::string> texts_;                       // cells that are no views of the text
  std::string prefix_;
  uint64_t number_ = 0;
  size_t next_ = 0;
};

}  // namespace kenko::readers
