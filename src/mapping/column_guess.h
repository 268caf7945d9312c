// mapping/column_guess.h
//
// What the columns of a sample look like: by their names, in a few languages, and by their cells.  Inner part of
// suggest.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/file_format.h"
#include "mapping/suggest.h"

namespace kenko::mapping {

/// What a column may be for.
enum class Role : uint8_t { account, user, time, event, value, quantity, price, currency, id, text, started };

/// What is known about one column.
struct ColumnGuess {
  std::string name;
  size_t filled = 0;  ///< cells that are not empty
  size_t distinct = 0;
  bool numbers = false;          ///< every filled cell is a number (as `format` of the guess writes them)
  bool whole_with_zero = false;  ///< every filled cell is like 17850.0
  bool emails = false;
  bool currencies = false;      ///< three capital letters each
  bool times = false;           ///< every filled cell is a time
  bool clock = false;           ///< some of them with a time of day and no offset
  std::string time_format;      ///< empty = ISO 8601
  bool ambiguous_date = false;  ///< day and month could be the other way round
  bool used = false;            ///< has a role already
};

/// All columns, and how the file writes numbers.
struct SampleGuess {
  std::vector<ColumnGuess> columns;
  FileFormat format;
  size_t rows = 0;

  /// The unused column that fits a role best by its name; takes it.  Not found: nullptr.
  ColumnGuess* take(Role role);
};

[[nodiscard]] SampleGuess guess_columns(const Sample& sample);

/// How well a column's name fits a role: 0 = not at all, 3 = it is one of the role's words.
[[nodiscard]] int name_fits(std::string_view name, Role role);

/// "Order Date" -> "order_date"; letters other than ASCII stay.
[[nodiscard]] std::string slug(std::string_view name);

}  // namespace kenko::mapping
