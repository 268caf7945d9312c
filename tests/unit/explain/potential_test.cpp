#include "explain/potential.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "explain/day_value.h"
#include "explain/inverse.h"
#include "score/day_parts.h"
#include "score/some_model.h"

namespace kenko::explain {
namespace {

using plan::Curve;

Curve curve(Curve::Kind kind, std::vector<Curve::Point> points) {
  Curve c;
  c.kind = kind;
  c.points = std::move(points);
  return c;
}

double value(const Curve& c, int64_t points, std::optional<double> from, bool whole = false) {
  const auto near = nearest_value(c, points * 1'000'000, from, whole);
  return near ? near->value : -1e9;
}

TEST(Inverse, NearestValueOfEveryCurve) {
  const Curve rising = curve(Curve::Kind::linear, {{0, 0}, {10, 100'000'000}});
  EXPECT_DOUBLE_EQ(value(rising, 50, 2.0), 5);
  EXPECT_DOUBLE_EQ(value(rising, 75, 2.0), 7.5);
  EXPECT_DOUBLE_EQ(value(rising, 75, 2.0, true), 8);
  const Curve falling = curve(Curve::Kind::linear, {{0, 100'000'000}, {30, 0}});
  EXPECT_DOUBLE_EQ(value(falling, 100, 12.0), 0);
  EXPECT_DOUBLE_EQ(value(falling, 50, 40.0, true), 15);
  EXPECT_EQ(nearest_value(falling, 50'000'000, 40.0, true)->side, Nearest::Side::at_most);
  const Curve hump = curve(Curve::Kind::linear, {{0, 0}, {10, 100'000'000}, {20, 0}});
  EXPECT_DOUBLE_EQ(value(hump, 50, 18.0), 15);
  EXPECT_DOUBLE_EQ(value(hump, 50, 1.0), 5);
  const Curve steps = curve(Curve::Kind::steps, {{0, 100'000'000}, {3, 50'000'000}, {8, 0}});
  EXPECT_DOUBLE_EQ(value(steps, 50, 9.0, true), 7);
  EXPECT_DOUBLE_EQ(value(steps, 60, 9.0, true), 2);
  Curve hill;
  hill.kind = Curve::Kind::hill;
  hill.half = 4;
  hill.power = 2;
  EXPECT_DOUBLE_EQ(value(hill, 50, 1.0), 4);
  EXPECT_EQ(nearest_value(hill, 100'000'000, 1.0, false), std::nullopt);
  EXPECT_EQ(most_points(hill), 99'000'000);
  Curve each;
  each.kind = Curve::Kind::each;
  each.each_micros = -2'000'000;
  each.at_most_micros = 30'000'000;
  EXPECT_EQ(most_points(each), 0);
  EXPECT_DOUBLE_EQ(value(each, -10, 9.0), 5);
  Curve open = rising;
  open.open_above = true;
  open.points[1] = {10, 60'000'000};
  EXPECT_EQ(most_points(open), 100'000'000);
  EXPECT_NEAR(value(open, 90, 2.0), 15, 1e-9);
}

// Whatever the curve: the value found has the points, and no value of a grid that is nearer has them.
TEST(Inverse, NoNearerValueHasThePoints) {
  const uint64_t seed = 20260102;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    Curve c;
    c.kind = random.chance(0.5) ? Curve::Kind::linear : Curve::Kind::steps;
    double x = static_cast<double>(random.between(-20, 20));
    for (int64_t i = random.between(1, 5); i > 0; --i, x += static_cast<double>(random.between(1, 12)))
      c.points.push_back({x, random.between(0, 100) * 1'000'000});
    c.open_below = c.kind == Curve::Kind::linear && random.chance(0.3);
    c.open_above = c.kind == Curve::Kind::linear && random.chance(0.3);
    const int64_t points = random.between(1, 100) * 1'000'000;
    const double from = static_cast<double>(random.between(-40, 80));
    const bool whole = random.chance(0.5);
    const auto near = nearest_value(c, points, from, whole);
    const double distance = near ? std::fabs(near->value - from) : 1e9;
    if (near) {
      ++found;
      ASSERT_GE(curve_points(c, near->value), points) << round;
      if (whole) {
        ASSERT_EQ(near->value, std::round(near->value)) << round;
      }
    }
    const double step = whole ? 1 : 0.125;  // numbers are rounded away from today's value
    for (double at = from - 60; at <= from + 60; at += step) {
      if (curve_points(c, at) >= points) {
        ASSERT_LE(distance, std::fabs(at - from) + (whole ? 0 : 1.01)) << round;
      }
    }
  }
  EXPECT_GT(found, 1500);
}

// With the target, the value so far really is what is said; with one unit less, the next band is not reached.
TEST(Potential, TargetsDoWhatTheySay) {
  int gains = 0, bands = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const score::SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    const engine::Engine engine(model.plan, portfolio);
    score::for_each_account(engine, Day{score::kDays - 1}, 1, {}, [&](const score::AccountHistory& history) {
      const score::DayRow row = score::find_day(history, Day{score::kDays - 1});
      if (row.days == nullptr) return;
      const Explanation e = explain_day(model.plan, row);
      const auto raise = what_would_raise(engine, e);
      ASSERT_EQ(raise.has_value(), e.state == score::State::scored);
      if (!raise) return;
      EXPECT_EQ(raise->value_so_far, e.computed - e.silence);
      const auto part_of = [&](uint32_t metric) {
        size_t i = 0;
        while (e.parts[i].metric != metric) ++i;
        return i;
      };
      for (const Potential& p : raise->by_metric) {
        ++gains;
        EXPECT_FALSE(e.parts[part_of(p.metric)].stale);
        EXPECT_EQ(value_so_far(model.plan, e, Instead{part_of(p.metric), p.target_points}),
                  raise->value_so_far + p.gain_hundredths);
      }
      for (const Potential& p : raise->to_next) {
        ++bands;
        const size_t i = part_of(p.metric);
        EXPECT_GE(value_so_far(model.plan, e, Instead{i, p.target_points}), raise->needed_hundredths);
        if (p.target_points > p.points.value_or(0)) {
          EXPECT_LT(value_so_far(model.plan, e, Instead{i, p.target_points - 1}), raise->needed_hundredths);
        }
      }
    });
  }
  EXPECT_GT(gains, 300);
  EXPECT_GT(bands, 50);
}

}  // namespace
}  // namespace kenko::explain
