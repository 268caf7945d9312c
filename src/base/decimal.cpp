#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "base/text.h"

namespace kenko {
namespace {

struct Digits {
  bool negative = false;
  std::string digits;  // without leading zeros
  int64_t places = 0;  // digits after the decimal sign; may be negative
};

std::optional<Digits> read_digits(std::string_view s) {
  Digits out;
  size_t i = 0;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) out.negative = s[i++] == '-';
  const auto is_digit = [&](size_t k) { return k < s.size() && s[k] >= '0' && s[k] <= '9'; };
  size_t count = 0;
  for (; is_digit(i); ++i, ++count) out.digits += s[i];
  if (i < s.size() && s[i] == '.') {
    ++i;
    for (; is_digit(i); ++i, ++count, ++out.places) out.digits += s[i];
  }
  if (count == 0) return std::nullopt;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    std::string_view exponent = s.substr(i + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto e = text::parse_int(exponent);
    if (!e || *e > 1000 || *e < -1000) return std::nullopt;
    out.places -= *e;
    i = s.size();
  }
  if (i != s.size()) return std::nullopt;
  out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
  return out;
}

// The number scaled by 10^scale, rounded half away from zero; nullopt when it does not fit in 63 bits.
std::optional<int64_t> scaled(const Digits& d, int64_t scale, bool& rounded) {
  const int64_t shift = scale - d.places;  // append this many zeros, or drop that many digits
  std::string digits = d.digits;
  bool up = false;
  if (shift >= 0) {
    if (!digits.empty() && std::ssize(digits) + shift > 19) return std::nullopt;
    digits.append(digits.empty() ? 0 : static_cast<size_t>(shift), '0');
  } else {
    const int64_t keep = std::ssize(digits) + shift;
    const std::string dropped = keep <= 0 ? digits : digits.substr(static_cast<size_t>(keep));
    rounded = dropped.find_first_not_of('0') != std::string::npos;
    up = keep >= 0 && !dropped.empty() && dropped[0] >= '5';
    digits = keep <= 0 ? "" : digits.substr(0, static_cast<size_t>(keep));
  }
  if (digits.size() > 19) return std::nullopt;
  Int128 n = 0;
  for (char c : digits) n = n * 10 + (c - '0');
  n += up ? 1 : 0;
  if (n > INT64_MAX) return std::nullopt;
  return static_cast<int64_t>(d.negative ? -n : n);
}

}  // namespace

double Decimal::as_double() const { return static_cast<double>(micros) / 1e6; }

std::string Decimal::text() const {
  const bool negative = micros < 0;
  const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  std::array<char, 32> digits;
  char* out = digits.data();
  if (negative) *out++ = '-';
  out = std::to_chars(out, digits.data() + digits.size(), magnitude / 1'000'000).ptr;
  if (uint64_t fraction = magnitude % 1'000'000; fraction != 0) {
    *out++ = '.';
    for (uint64_t unit = 100'000; fraction != 0; unit /= 10) {
      *out++ = static_cast<char>('0' + fraction / unit);
      fraction %= unit;
    }
  }
  return {digits.data(), out};
}

namespace {

// The usual form, read without a detour: up to 12 digits, a point, up to 6 digits; false when it is another one.
bool parse_plain(std::string_view s, Decimal& out) {
  constexpr size_t kMaxWhole = 12, kPlaces = 6;
  const bool negative = !s.empty() && s[0] == '-';
  size_t i = negative ? 1 : 0;
  const size_t first = i;
  int64_t n = 0;
  for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i) {
    if (i - first == kMaxWhole) return false;
    n = n * 10 + (s[i] - '0');
  }
  if (i == first) return false;
  size_t places = 0;
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && s[i] >= '0' && s[i] <= '9' && places < kPlaces; ++i, ++places) n = n * 10 + (s[i] - '0');
  }
  if (i != s.size()) return false;
  for (; places < kPlaces; ++places) n *= 10;
  out.micros = negative ? -n : n;
  return true;
}

}  // namespace

ParsedDecimal parse_decimal(std::string_view s) {
  ParsedDecimal plain;
  if (parse_plain(s, plain.value)) return plain;
  const auto digits = read_digits(s);
  if (!digits) return {{}, ParsedDecimal::Fault::not_a_number, false};
  ParsedDecimal out;
  const auto n = scaled(*digits, 6, out.rounded);
  if (!n) return {{}, ParsedDecimal::Fault::too_large, false};
  out.value = {*n};
  return out;
}

Int128 divide_floor(Int128 n, Int128 d) {
  KENKO_CHECK(d > 0, "divisor {}", to_text(d));
  // Almost all divisions fit into 64 bits, where they are several times faster.
  if (n <= INT64_MAX && n >= INT64_MIN && d <= INT64_MAX) {
    const auto n64 = static_cast<int64_t>(n);
    const auto d64 = static_cast<int64_t>(d);
    return n64 / d64 - (n64 % d64 < 0 ? 1 : 0);
  }
  const Int128 q = n / d;
  return n % d < 0 ? q - 1 : q;
}

Int128 divide_half_up(Int128 n, Int128 d) { return divide_floor(2 * n + d, 2 * d); }

double to_double(Int128 n) { return static_cast<double>(n); }

std::string to_text(Int128 n) {
  if (n == 0) return "0";
  const bool negative = n < 0;
  std::string out;
  for (; n != 0; n /= 10) {
    const int digit = static_cast<int>(n % 10);
    out += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (negative) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<Rate> parse_rate(std::string_view s) {
  const auto digits = read_digits(s);
  bool rounded = false;
  if (!digits) return std::nullopt;
  const auto n = scaled(*digits, 9, rounded);
  if (!n || *n <= 0) return std::nullopt;
  return Rate{*n};
}

std::optional<Decimal> convert(Decimal amount, Rate rate) {
  const Int128 n = divide_half_up(static_cast<Int128>(amount.micros) * rate.nanos, 1'000'000'000);
  if (n > INT64_MAX || n < INT64_MIN) return std::nullopt;
  return Decimal{static_cast<int64_t>(n)};
}

}  // namespace kenko
