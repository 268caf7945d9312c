// report/table.h
//
// A table of results, and its three forms: text for a terminal, JSON, CSV.  Every command that shows rows goes through
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/sentence.h"

namespace kenko::report {

/// What stands behind a cell's colour.  Colours mean bands only; up and down carry a sign as well.
enum class Tone : uint8_t { plain, muted, up, down, band_a, band_b, band_c, band_d, band_none, band_new };

/// An exact decimal: `units` x 10^-places, shown with all its places.
struct Fixed {
  int64_t units = 0;
  int places = 2;
  bool signed_form = false;  ///< "+1.20" for a change
};

/// A value; monostate = null, shown as an en dash in text, null in JSON, empty in CSV.
using Value = std::variant<std::monostate, std::string, int64_t, double, Fixed, bool>;

struct Cell {
  Value value = {};
  Tone tone = Tone::plain;
  std::string text = {};  ///< how text output shows it where that differs from `value`; empty = the value itself
  Sentence said = {};     ///< the same in Kenko's own words, which other languages say in theirs; empty = data
};

enum class Align : uint8_t { left, right };

struct Column {
  std::string key;    ///< JSON name and CSV header
  std::string title;  ///< text header
  Align align = Align::left;
  int max_width = 0;         ///< terminal columns, longer cells are cut with an ellipsis; 0 = as wide as needed
  bool text_hidden = false;  ///< JSON and CSV only
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// Where text goes.
struct Terminal {
  int width = 100;
  bool colour = false;
};

/// A column with max_width < 0 holds sentences: where they do not fit beside the other columns, each goes on lines
/// below its row.
[[nodiscard]] std::string to_text(const Table& table, const Terminal& terminal);
/// RFC 4180 with LF.  Texts that a spreadsheet would run as a formula get a leading apostrophe.
[[nodiscard]] std::string to_csv(const Table& table);
/// An array of objects, one row a line.
[[nodiscard]] std::string to_json(const Table& table);

/// A value as JSON text; decimals keep all their places.
[[nodiscard]] std::string json_value(const Value& value);

/// Rows of one table written in parts, so that a long table is never held as a whole: the parts of header, rows... and
/// footer end to end are the CSV or JSON of the whole.
[[nodiscard]] std::string csv_header(const Table& table);
[[nodiscard]] std::string csv_rows(const Table& table);
/// `first` = nothing was written before; an array is opened with "[" and closed with "]\n" by the caller.
[[nodiscard]] std::string json_rows(const Table& table, bool first);

/// `text` in the colour of `tone` (nothing without colour).
[[nodiscard]] std::string painted(std::string_view text, Tone tone, const Terminal& terminal);

/// "12.30" from hundredths and the like.
[[nodiscard]] std::string to_text(const Fixed& number);
/// A metric's value: at most 4 significant places after the point, no exponent for usual sizes, "0" not "-0".
[[nodiscard]] std::string number_text(double value);
/// The shortest text that reads back as the same double.
[[nodiscard]] std::string exact_text(double value);

}  // namespace kenko::report
