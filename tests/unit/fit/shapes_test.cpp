#include "fit/shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace kenko::fit {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

TEST(Bins, EqualValuesAreNeverParted) {
  const std::vector<float> values{0, 0, 0, 0, 0, 0, 1, 2, 3, 4, kNone, kNone};
  const Bins bins = Bins::of(values, 3);
  EXPECT_THAT(bins.edges, ElementsAre(0.5, 2.5));
  EXPECT_THAT(bins.centre, ElementsAre(0, 0, 1.5, 3.5));
  EXPECT_THAT(bins.share, ElementsAre(2.0 / 12, 6.0 / 12, 2.0 / 12, 2.0 / 12));
  EXPECT_EQ(bins.bin_of(kNone), 0);
  EXPECT_EQ(bins.bin_of(-7), 1);
  EXPECT_EQ(bins.bin_of(0.5F), 1);
  EXPECT_EQ(bins.bin_of(0.6F), 2);
  EXPECT_EQ(bins.bin_of(99), 3);
}

TEST(Bins, OfAThousandValuesAreAsLargeAsEachOther) {
  Random random(1);
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(random.normal()));
  const Bins bins = Bins::of(values, 20);
  ASSERT_EQ(bins.count(), 21U);
  for (size_t i = 1; i < bins.count(); ++i) EXPECT_DOUBLE_EQ(bins.share[i], 0.05);
}

TEST(Bins, OfNothingButNothing) {
  const Bins bins = Bins::of(std::vector<float>{kNone, kNone}, 5);
  EXPECT_EQ(bins.count(), 1U);
  EXPECT_EQ(bins.bin_of(3), 0);
}

TEST(Monotone, PoolsWhatGoesTheWrongWay) {
  const std::vector<double> values{1, 3, 2, 5}, weight{1, 1, 3, 1};
  EXPECT_THAT(monotone(values, weight, 1), ElementsAre(1, 2.25, 2.25, 5));
  EXPECT_THAT(monotone(values, weight, -1),
              Pointwise(DoubleNear(1e-12), {15.0 / 6, 15.0 / 6, 15.0 / 6, 15.0 / 6}));  // all one pool: it rises
}

TEST(Monotone, WhatNothingSpeaksForIsAsItsNeighbour) {
  const std::vector<double> values{9, 1, 9, 2}, weight{0, 1, 0, 1};
  EXPECT_THAT(monotone(values, weight, 1), ElementsAre(1, 1, 1, 2));
}

Bins even_bins(size_t count) {
  Bins bins;
  bins.centre.push_back(0);
  bins.share.push_back(0.1);
  for (size_t i = 1; i <= count; ++i) {
    bins.centre.push_back(static_cast<double>(i));
    bins.share.push_back(0.9 / static_cast<double>(count));
    if (i < count) bins.edges.push_back(static_cast<double>(i) + 0.5);
  }
  return bins;
}

TEST(ToCurve, AStraightLineNeedsTwoPoints) {
  const Bins bins = even_bins(11);
  Shape shape;
  shape.effect = {-0.5};
  for (int i = 0; i <= 10; ++i) shape.effect.push_back(-1 + 0.2 * i);
  const CurvePoints curve = to_curve(bins, shape);
  EXPECT_NEAR(curve.weight, 2, 1e-12);
  EXPECT_THAT(curve.points, ElementsAre(CurvePoints::Point{1, 0}, CurvePoints::Point{11, 100}));
  EXPECT_EQ(curve.missing, 25);
}

TEST(ToCurve, ABentLineGetsItsCorner) {
  const Bins bins = even_bins(11);
  Shape shape;
  shape.direction = -1;
  shape.effect = {1};
  for (int i = 0; i <= 10; ++i) shape.effect.push_back(i < 5 ? 1 - 0.2 * i : 0.0);
  const CurvePoints curve = to_curve(bins, shape);
  EXPECT_THAT(curve.points,
              ElementsAre(CurvePoints::Point{1, 100}, CurvePoints::Point{6, 0}, CurvePoints::Point{11, 0}));
  EXPECT_EQ(curve.missing, 100);
}

TEST(ToCurve, HasFewPointsThatAreMonotoneAndClose) {
  Random random(3);
  const Bins bins = even_bins(24);
  for (int run = 0; run < 50; ++run) {
    Shape shape;
    shape.direction = run % 2 == 0 ? 1 : -1;
    std::vector<double> noise, ones;
    for (int i = 0; i < 24; ++i) {
      noise.push_back(shape.direction * std::log1p(i) + 0.2 * random.normal());
      ones.push_back(1);
    }
    shape.effect = monotone(noise, ones, shape.direction);
    shape.effect.insert(shape.effect.begin(), shape.effect.front());
    const CurvePoints curve = to_curve(bins, shape);
    ASSERT_LE(curve.points.size(), 6U);
    for (size_t i = 1; i < curve.points.size(); ++i) {
      EXPECT_LT(curve.points[i - 1].x, curve.points[i].x);
      EXPECT_GE(shape.direction * (curve.points[i].points - curve.points[i - 1].points), 0);
    }
    EXPECT_EQ(std::abs(curve.points.back().points - curve.points.front().points), 100);
    double square = 0;
    for (size_t i = 1; i < bins.count(); ++i) {
      const double effect = shape.low() + curve.weight * curve.at(bins.centre[i]) / 100;
      square += (effect - shape.effect[i]) * (effect - shape.effect[i]);
    }
    EXPECT_LT(std::sqrt(square / 24), 0.12);
  }
}

TEST(ToCurve, XAreRoundedWhereThatKeepsThemApart) {
  Bins bins = even_bins(2);
  bins.centre = {0, 1234.567, 98765.4};
  EXPECT_THAT(to_curve(bins, {{0, 0, 1}, 1}).points,
              ElementsAre(CurvePoints::Point{1230, 0}, CurvePoints::Point{98800, 100}));
  bins.centre = {0, 1000.1, 1000.4};
  EXPECT_THAT(to_curve(bins, {{0, 0, 1}, 1}).points,
              ElementsAre(CurvePoints::Point{1000.1, 0}, CurvePoints::Point{1000.4, 100}));
}

}  // namespace
}  // namespace kenko::fit
