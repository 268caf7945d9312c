#include "sql/dialect.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"

namespace kenko::sql {
namespace {

std::string number(double x) {
  KENKO_CHECK(std::isfinite(x), "literal {}", x);
  // A decimal without an exponent would be a DECIMAL, which is not how a model's numbers are read.
  std::string digits = fmt::format("{:.17g}", x);
  if (digits.find('e') == std::string::npos) digits += "e0";
  return x < 0 ? fmt::format("({})", digits) : digits;
}

std::string text(std::string_view s) {
  std::string out = "'";
  for (const char c : s) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

// DuckDB turns a HUGEINT into a double in two roundings; 64 bits and text are both read in one.
std::string real_of_big(const std::string& e) {
  return fmt::format(
      "CASE WHEN {0} BETWEEN -9223372036854775807 AND 9223372036854775807 THEN CAST(CAST({0} AS BIGINT) AS DOUBLE) "
      "ELSE CAST(CAST({0} AS VARCHAR) AS DOUBLE) END",
      e);
}

std::string micros_of_text(const std::string& e) {
  return fmt::format(
      "CASE WHEN regexp_full_match({0}, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') "
      "AND TRY_CAST({0} AS DECIMAL(38, 6)) BETWEEN -9223372036854.775807 AND 9223372036854.775807 "
      "THEN CAST(TRY_CAST({0} AS DECIMAL(38, 6)) * 1000000 AS BIGINT) END",
      e);
}

std::string day_of_text(const std::string& e) {
  return fmt::format(
      "CASE WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {0} >= '0001' "
      "THEN TRY_CAST({0} AS DATE) - DATE '1970-01-01' END",
      e);
}

}  // namespace

const Dialect& duckdb() {
  static constexpr Dialect kDialect{.name = "duckdb",
                                    .big = "HUGEINT",
                                    .integer = "BIGINT",
                                    .real = "DOUBLE",
                                    .divide = "//",
                                    .number = number,
                                    .text = text,
                                    .real_of_big = real_of_big,
                                    .micros_of_text = micros_of_text,
                                    .day_of_text = day_of_text};
  return kDialect;
}

}  // namespace kenko::sql
