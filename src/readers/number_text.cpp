#include "readers/number_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kenko::readers {
namespace {

constexpr int64_t kMaxDigits = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// digits x 10^exponent, without zeros at either end; digits empty = zero.
struct Parts {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

bool split(std::string_view s, Parts& out) {
  size_t i = 0;
  if (i < s.size() && (s[i] == '-' || s[i] == '+')) out.negative = s[i++] == '-';
  const size_t first = i;
  size_t count = 0;
  for (; i < s.size() && is_digit(s[i]); ++i, ++count) out.digits += s[i];
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && is_digit(s[i]); ++i, ++count) {
      out.digits += s[i];
      --out.exponent;
    }
  }
  if (count == 0 || i == first) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    std::string_view rest = s.substr(i + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    const auto power = text::parse_int(rest);
    if (!power || *power > 100'000 || *power < -100'000) return false;
    out.exponent += *power;
    i = s.size();
  }
  if (i != s.size()) return false;
  out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
  while (!out.digits.empty() && out.digits.back() == '0') {
    out.digits.pop_back();
    ++out.exponent;
  }
  return true;
}

}  // namespace

bool is_shortest_number(std::string_view s) {
  if (s.starts_with('-')) {
    s.remove_prefix(1);
    if (s == "0") return false;
  }
  if (s.empty() || s.size() > static_cast<size_t>(kMaxDigits) || !is_digit(s[0])) return false;
  if (s[0] == '0' && s.size() > 1 && s[1] != '.') return false;
  const size_t dot = s.find('.');
  for (size_t i = 0; i < s.size(); ++i) {
    if (i != dot && !is_digit(s[i])) return false;
  }
  return dot == std::string_view::npos || (s.back() != '0' && s.back() != '.');
}

std::string shortest_number(std::string_view token) {
  Parts n;
  if (!split(token, n)) return std::string(token);
  if (n.digits.empty()) return "0";
  const std::string sign = n.negative ? "-" : "";
  const auto count = static_cast<int64_t>(n.digits.size());
  if (count + std::max<int64_t>(n.exponent, 0) > kMaxDigits || -n.exponent > kMaxDigits) {
    return fmt::format("{}{}e{}", sign, n.digits, n.exponent);
  }
  if (n.exponent >= 0) return sign + n.digits + std::string(static_cast<size_t>(n.exponent), '0');
  if (count > -n.exponent) {
    n.digits.insert(static_cast<size_t>(count + n.exponent), 1, '.');
    return sign + n.digits;
  }
  return sign + "0." + std::string(static_cast<size_t>(-n.exponent - count), '0') + n.digits;
}

std::string shortest_number(double value) { return shortest_number(fmt::format("{}", value)); }

}  // namespace kenko::readers
