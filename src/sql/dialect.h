// sql/dialect.h
//
// What differs from one SQL engine to the next, and only that.  Generated SQL is otherwise plain: common table
// expressions, window functions, CASE.
#pragma once

#include <string>
#include <string_view>

namespace kenko::sql {

/// How one engine spells what Kenko's numbers need.
///
/// Invariants: `big` is an integer of at least 125 bits; `divide` is exact integer division of two non-negative `big`s,
///             rounded down.  Arguments and results are SQL expressions, bracketed where they need it.
struct Dialect {
  std::string_view name;
  std::string_view big;      ///< type of exact sums
  std::string_view integer;  ///< 64 bits
  std::string_view real;     ///< IEEE double
  std::string_view divide;   ///< operator

  std::string (*number)(double);                        ///< literal of exactly this double
  std::string (*text)(std::string_view);                ///< literal
  std::string (*real_of_big)(const std::string& e);     ///< nearest double of an exact sum; null stays null
  std::string (*micros_of_text)(const std::string& e);  ///< strict decimal read as millionths, null when it is none
  std::string (*day_of_text)(const std::string& e);     ///< ISO date as Day::number, null when it is none
};

[[nodiscard]] const Dialect& duckdb();

}  // namespace kenko::sql
