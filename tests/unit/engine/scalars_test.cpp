#include "engine/scalars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "random_life.h"

namespace kenko::engine {
namespace {

using plan::Curve;
using plan::Op;

using Values = std::vector<std::optional<double>>;

Values apply(Op op, int32_t lag, const Values& x) {
  std::vector<double> value;
  std::vector<uint8_t> valid;
  for (const auto& v : x) {
    value.push_back(v.value_or(99));
    valid.push_back(v.has_value());
  }
  Result out(static_cast<int32_t>(x.size()));
  plan::Node node;
  node.op = op;
  node.lag_days = lag;
  const std::array<Column, 1> args{Column{value, valid}};
  apply_scalar(node, args, out.output());
  Values result;
  for (size_t d = 0; d < x.size(); ++d)
    result.push_back(out.valid[d] != 0 ? std::optional(out.value[d]) : std::nullopt);
  return result;
}

TEST(Scalars, Logarithm) {
  EXPECT_EQ(apply(Op::log1p, 0, {0, 1, -1, -0.5, -3, {}}), (Values{0, std::log(2.0), {}, std::log(0.5), {}, {}}));
}

TEST(Scalars, Earlier) { EXPECT_EQ(apply(Op::earlier, 2, {1, {}, 3, 4}), (Values{{}, {}, 1, {}})); }

TEST(Scalars, BaselineAgreesWithThePlainReading) {
  for (uint64_t seed = 1; seed <= 2'000; ++seed) {
    Dice dice(seed);
    const int32_t weeks = dice.in(4, 9), days = dice.in(1, 90), kinds = dice.in(1, 4);
    Values x;
    for (int32_t d = 0; d < days; ++d)
      x.push_back(dice.one_in(6) ? std::nullopt : std::optional<double>(dice.in(0, kinds) - dice.in(0, 1)));
    const Values got = apply(Op::baseline, weeks * 7, x);
    for (int32_t d = 0; d < days; ++d) {
      std::vector<double> before;
      for (int32_t w = weeks; w >= 1; --w) {
        if (d - 7 * w >= 0 && x[static_cast<size_t>(d - 7 * w)]) before.push_back(*x[static_cast<size_t>(d - 7 * w)]);
      }
      const auto now = x[static_cast<size_t>(d)];
      std::optional<double> expected;
      if (now && before.size() >= 4) {
        double sum = 0, squares = 0;
        for (const double b : before) sum += b;
        const auto m = static_cast<double>(before.size());
        const double mean = sum / m;
        for (const double b : before) squares += (b - mean) * (b - mean);
        const double s = std::max(std::sqrt(squares / (m - 1)), std::fabs(mean) / 20);
        if (s != 0) expected = (*now - mean) / s;
        if (s == 0 && *now == mean) expected = 0;
      }
      ASSERT_EQ(got[static_cast<size_t>(d)], expected) << "seed " << seed << " day " << d;
    }
  }
}

int32_t points(const Curve& curve, std::optional<double> x, std::span<const int32_t> categories = {}) {
  const std::array<double, 1> value{x.value_or(0)};
  const std::array<uint8_t, 1> valid{static_cast<uint8_t>(x.has_value())};
  std::array<int32_t, 1> out{7};
  apply_curve(curve, categories, {value, valid}, out);
  return out[0];
}

Curve linear(std::vector<Curve::Point> points) {
  Curve c;
  c.kind = Curve::Kind::linear;
  c.points = std::move(points);
  return c;
}

TEST(Curves, OpenEndsGoOnUntilNoneOrAll) {
  Curve c = linear({{10, 20'000'000}, {20, 30'000'000}, {40, 90'000'000}});
  EXPECT_EQ(points(c, 5), 20'000'000);
  EXPECT_EQ(points(c, 41), 90'000'000);
  c.open_below = true;
  EXPECT_EQ(points(c, 5), 15'000'000);
  EXPECT_EQ(points(c, -11), 0);
  EXPECT_EQ(points(c, 41), 90'000'000);
  c.open_above = true;
  EXPECT_EQ(points(c, 40), 90'000'000);
  EXPECT_EQ(points(c, 41), 93'000'000);
  EXPECT_EQ(points(c, 44), 100'000'000);
  EXPECT_EQ(points(c, 15), 25'000'000);
  EXPECT_EQ(points(c, std::numeric_limits<double>::max()), 100'000'000);
  EXPECT_EQ(points(c, {}), kNoPoints);
}

TEST(Curves, OnePointHasNoSlope) {
  Curve c = linear({{10, 20'000'000}});
  c.open_below = c.open_above = true;
  EXPECT_EQ(points(c, -1e9), 20'000'000);
  EXPECT_EQ(points(c, 1e9), 20'000'000);
}

TEST(Curves, AFlatEndStaysFlat) {
  Curve c = linear({{0, 50'000'000}, {1e-6, 50'000'000}});
  c.open_above = true;
  EXPECT_EQ(points(c, std::numeric_limits<double>::max()), 50'000'000);
}

TEST(Curves, Hill) {
  Curve c;
  c.kind = Curve::Kind::hill;
  c.half = 4;
  c.power = 2;
  EXPECT_EQ(points(c, -1), 0);
  EXPECT_EQ(points(c, 0), 0);
  EXPECT_EQ(points(c, 4), 50'000'000);
  EXPECT_EQ(points(c, 8), 80'000'000);
  EXPECT_EQ(points(c, 1), 5'882'353);
  EXPECT_EQ(points(c, 1e200), 100'000'000);
}

TEST(Curves, EachMayBeNegative) {
  Curve c;
  c.kind = Curve::Kind::each;
  c.each_micros = -2'500'000;
  c.at_most_micros = 10'000'000;
  EXPECT_EQ(points(c, 0), 0);
  EXPECT_EQ(points(c, 1), -2'500'000);
  EXPECT_EQ(points(c, 5), -10'000'000);
  EXPECT_EQ(points(c, -5), 10'000'000);
  EXPECT_EQ(points(c, {}), kNoPoints);
}

TEST(Curves, ACategoryMayGiveNone) {
  Curve c;
  c.kind = Curve::Kind::category;
  const std::array<int32_t, 3> by_code{kNoPoints, 5, kNoPoints};
  EXPECT_EQ(points(c, 1, by_code), 5);
  EXPECT_EQ(points(c, 2, by_code), kNoPoints);
}

}  // namespace
}  // namespace kenko::engine
