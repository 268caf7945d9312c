#include "base/decimal.h"

#include <gtest/gtest.h>

#include <string>

namespace kenko {
namespace {

TEST(Decimal, ReadsExactly) {
  EXPECT_EQ(parse_decimal("2.55").value.micros, 2'550'000);
  EXPECT_EQ(parse_decimal("-0.0000005").value.micros, -1);
  EXPECT_TRUE(parse_decimal("0.0000005").rounded);
  EXPECT_EQ(parse_decimal("0.0000004").value.micros, 0);
  EXPECT_EQ(parse_decimal("1e3").value.text(), "1000");
  EXPECT_EQ(parse_decimal("17850.0").value.text(), "17850");
  EXPECT_EQ(parse_decimal("9223372036854.775807").value.micros, INT64_MAX);
  EXPECT_EQ(parse_decimal("9223372036854.775808").fault, ParsedDecimal::Fault::too_large);
  for (const char* bad : {"", "-", ".", "1,5", " 1", "inf", "nan", "1e", "0x10", "1.2.3"}) {
    EXPECT_EQ(parse_decimal(bad).fault, ParsedDecimal::Fault::not_a_number) << bad;
  }
}

// A number in the plain form and the same one in a form that is read the long way are equal.
TEST(Decimal, PlainFormIsReadAsAnyOther) {
  for (const char* plain : {"0", "-0", "7", "0.1", "-0.000001", "12.345678", "999999999999.999999", "5.", "00012.50",
                            "123456789012", "-123456789012.1", "1234567890123"}) {
    const ParsedDecimal read = parse_decimal(plain);
    const ParsedDecimal other = parse_decimal(std::string(plain) + "e0");
    EXPECT_EQ(read.fault, ParsedDecimal::Fault::none) << plain;
    EXPECT_EQ(read.value.micros, other.value.micros) << plain;
    EXPECT_FALSE(read.rounded) << plain;
  }
  EXPECT_TRUE(parse_decimal("1.0000001").rounded);
  EXPECT_EQ(Decimal{-1}.text(), "-0.000001");
  EXPECT_EQ((Decimal{INT64_MIN}.text()), "-9223372036854.775808");
  EXPECT_EQ((Decimal{1'050'000}.text()), "1.05");
  EXPECT_EQ((Decimal{}.text()), "0");
}

TEST(Decimal, RoundsHalfUp) {
  EXPECT_TRUE(divide_half_up(5, 10) == 1);
  EXPECT_TRUE(divide_half_up(-5, 10) == 0);
  EXPECT_TRUE(divide_half_up(-6, 10) == -1);
  EXPECT_TRUE(divide_half_up(4, 10) == 0);
  const Int128 large = static_cast<Int128>(INT64_MAX) * 1000;
  EXPECT_TRUE(divide_half_up(large + 500, 1000) == static_cast<Int128>(INT64_MAX) + 1);
  EXPECT_TRUE(divide_half_up(-large - 501, 1000) == -static_cast<Int128>(INT64_MAX) - 1);
  EXPECT_TRUE(divide_floor(-large - 1, 1000) == -static_cast<Int128>(INT64_MAX) - 1);
  EXPECT_TRUE(divide_floor(INT64_MIN, 1) == INT64_MIN);
  EXPECT_EQ(to_text(static_cast<Int128>(INT64_MAX) * 10), "92233720368547758070");
}

TEST(Decimal, ConvertsMoney) {
  EXPECT_EQ(convert(Decimal::whole(1000), *parse_rate("0.006712345"))->text(), "6.712345");
  EXPECT_FALSE(parse_rate("0"));
  EXPECT_FALSE(convert({INT64_MAX}, *parse_rate("2")));
}

}  // namespace
}  // namespace kenko
