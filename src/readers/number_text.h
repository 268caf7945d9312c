// readers/number_text.h
//
// One spelling for equal numbers, so that a record read from JSON, Excel or Parquet is the same raw record each time.
#pragma once

#include <string>
#include <string_view>

namespace kenko::readers {

/// The shortest exact decimal text of a number written in digits: "1.50" -> "1.5", "1e3" -> "1000", "-0.0" -> "0". More
/// than 40 digits stay in scientific form.  What is no such number comes back as it is.
[[nodiscard]] std::string shortest_number(std::string_view token);

/// True when shortest_number(token) == token for sure (plain digits, no needless zeros).
[[nodiscard]] bool is_shortest_number(std::string_view token);

/// The shortest text that reads as the same double, without an exponent up to 40 digits.
[[nodiscard]] std::string shortest_number(double value);

}  // namespace kenko::readers
