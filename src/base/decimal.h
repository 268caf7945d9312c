// base/decimal.h
//
// Exact numbers.  Values, amounts and numeric attributes are decimals with 6 places in 64 bits; sums are 128-bit
// integers, so that no order of arrival, thread or engine can change them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kenko {

__extension__ typedef __int128 Int128;

/// A decimal with 6 places.
///
/// Units: millionths.  Range: about +-9.2e12.  Plain value, 8 bytes.
struct Decimal {
  int64_t micros = 0;

  [[nodiscard]] static constexpr Decimal whole(int64_t n) { return {n * 1'000'000}; }
  [[nodiscard]] double as_double() const;  ///< one conversion and one division by 1e6: the same double everywhere
  [[nodiscard]] std::string text() const;  ///< shortest exact form: "12", "-0.5"

  friend auto operator<=>(const Decimal&, const Decimal&) = default;
};

/// What reading a number gave.
struct ParsedDecimal {
  enum class Fault : uint8_t { none, not_a_number, too_large };
  Decimal value;
  Fault fault = Fault::none;
  bool rounded = false;  ///< more than 6 places: rounded half away from zero
};

/// Reads [+-]digits[.digits][e[+-]digits] with `.` as the decimal sign; nothing else (no blanks, no grouping, no
/// inf/nan).
[[nodiscard]] ParsedDecimal parse_decimal(std::string_view s);

/// floor((2 n + d) / (2 d)): n/d rounded half up (towards +infinity).  Requires d > 0 and |n| < 2^125.
[[nodiscard]] Int128 divide_half_up(Int128 n, Int128 d);

/// floor(n / d).  Requires d > 0.
[[nodiscard]] Int128 divide_floor(Int128 n, Int128 d);

/// The nearest double (ties to even) of a 128-bit integer.
[[nodiscard]] double to_double(Int128 n);

/// Decimal digits of a 128-bit integer.
[[nodiscard]] std::string to_text(Int128 n);

/// Rates of exchange: units of the workspace's currency for one unit of another.  Units: 1e-9.
struct Rate {
  int64_t nanos = 0;
  friend auto operator<=>(const Rate&, const Rate&) = default;
};
/// Reads a positive rate with up to 9 places; nullopt when it is not one.
[[nodiscard]] std::optional<Rate> parse_rate(std::string_view s);
/// amount x rate, rounded half up to a millionth; nullopt when it does not fit.
[[nodiscard]] std::optional<Decimal> convert(Decimal amount, Rate rate);

}  // namespace kenko
