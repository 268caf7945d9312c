// mapping/cells.h
//
// Walks over all cells of a rule, and reads the texts of cells as numbers, flags and times.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/decimal.h"
#include "mapping/mapping.h"

namespace kenko::mapping {

/// Calls `visit` for every mapped cell of a rule, with the key that it stands under.
void for_each_cell(const Rule& rule, const std::function<void(std::string_view key, const Cell& cell)>& visit);
void for_each_cell(Rule& rule, const std::function<void(std::string_view key, Cell& cell)>& visit);

/// The cells of one record by slot of the mapping.
///
/// Ownership: views.
struct Row {
  std::span<const std::string_view> values;  ///< by column of the record
  std::span<const int32_t> column_of_slot;   ///< -1 = the record has no such column
  std::span<const std::string_view>
      element_of_slot;                       ///< the element of that column's list ("[0].id"); empty = all of it
  std::deque<std::string>* texts = nullptr;  ///< holds elements that are no views of the record
  const FileFormat* format = nullptr;

  /// The text without blanks at its ends; empty when there is none or it is one of the words for "no value".
  [[nodiscard]] std::string_view text(int32_t slot) const;
  /// The same for a column of the record.
  [[nodiscard]] std::string_view text_of_column(size_t column) const { return without_blanks(values[column]); }

  [[nodiscard]] std::string_view without_blanks(std::string_view cell) const;
};

/// The first column of that name, or, when the format says so, of that name in another case; -1 = there is none.
[[nodiscard]] int32_t find_column(std::span<const std::string_view> names, std::string_view name,
                                  const FileFormat& format);

/// The text of a cell after `integer`, `before` and `map`.  `scratch` holds it when it is no view of the record.
[[nodiscard]] std::string_view cell_text(const Cell& cell, const Row& row, std::string& scratch);

/// The name of the cell's first column, for messages; empty for constants.
[[nodiscard]] std::string_view column_name(const Cell& cell);

/// Reads a number as the file writes it (decimal sign, grouping, currency signs as declared).
[[nodiscard]] ParsedDecimal read_number(std::string_view text, const FileFormat& format);

/// true, false, yes, no, 1, 0 and the like in a few languages; nullopt otherwise.
[[nodiscard]] std::optional<bool> read_flag(std::string_view text);

/// "17850.0" -> "17850"; anything else stays.
[[nodiscard]] std::string_view without_zero_fraction(std::string_view text);

/// A time as it was written.
struct WrittenTime {
  LocalTime local;
  bool date_only = false;          ///< no clock time was given
  std::optional<Instant> instant;  ///< epoch formats: the instant itself
};
/// Tries the formats in order, then ISO 8601; nullopt when none fits or the date does not exist.
[[nodiscard]] std::optional<WrittenTime> read_time(std::string_view text, const TimeFormat& format);

/// What is wrong with a time format; empty = nothing.
[[nodiscard]] std::string time_format_fault(std::string_view format);

/// The offset from UTC of days on which the clocks of a zone do not change: looked up once for each day.
///
/// Zones are known by their address and must stay.  Threads: one.
class DayOffsets {
 public:
  /// The same as zone.instant_of(local).
  [[nodiscard]] Instant instant_of(const TimeZone& zone, const LocalTime& local);

 private:
  struct Entry {
    const TimeZone* zone = nullptr;
    Day day;
    bool even = false;  // the same offset all day
    Instant start;
  };
  std::array<Entry, 1024> entries_;
};

/// The instant of a written time.  A date alone starts that day in `workspace`; a clock time without an offset is of
/// the format's zone, else of `workspace`.
[[nodiscard]] Instant instant_of(const WrittenTime& time, const TimeFormat& format, const TimeZone& workspace,
                                 DayOffsets& days);
/// The calendar day of a written time: of a date alone, that date; of an instant, its day in `workspace`.
[[nodiscard]] Day day_of(const WrittenTime& time, const TimeFormat& format, const TimeZone& workspace,
                         DayOffsets& days);

}  // namespace kenko::mapping
