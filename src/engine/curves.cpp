// From values to points.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "engine/scalars.h"

namespace kenko::engine {
namespace {

using Curve = plan::Curve;

constexpr double kMicros = 1e6;

// y points as millionths, rounded half up: std::floor() is a call where the processor is not known.
int32_t rounded(double y) {
  const double up = y * kMicros + 0.5;
  const auto cut = static_cast<int32_t>(up);
  return cut - static_cast<int32_t>(static_cast<double>(cut) > up);
}

double on_line(const Curve::Point& from, const Curve::Point& to, double x) {
  const double y0 = static_cast<double>(from.points_micros) / kMicros;
  const double y1 = static_cast<double>(to.points_micros) / kMicros;
  return y0 + (y1 - y0) * ((x - from.x) / (to.x - from.x));
}

// Beyond the ends the line goes on, but never below 0 or above 100.
int32_t beyond(const Curve::Point& from, const Curve::Point& to, double x) {
  if (from.points_micros == to.points_micros) return static_cast<int32_t>(from.points_micros);
  return rounded(std::clamp(on_line(from, to, x), 0.0, 100.0));
}

int32_t linear_points(const Curve& curve, double x) {
  const auto& p = curve.points;
  const size_t n = p.size();
  if (x < p.front().x) {
    if (curve.open_below && n > 1) return beyond(p[0], p[1], x);
    return static_cast<int32_t>(p.front().points_micros);
  }
  if (x >= p.back().x) {
    if (curve.open_above && n > 1 && x > p.back().x) return beyond(p[n - 2], p[n - 1], x);
    return static_cast<int32_t>(p.back().points_micros);
  }
  size_t i = 1;
  while (x >= p[i].x) ++i;
  return rounded(on_line(p[i - 1], p[i], x));
}

int32_t step_points(const Curve& curve, double x) {
  size_t i = curve.points.size() - 1;
  while (i > 0 && curve.points[i].x > x) --i;
  return static_cast<int32_t>(curve.points[i].points_micros);
}

int32_t hill_points(const Curve& curve, double x) {
  if (x <= 0) return 0;
  double p = x, q = curve.half;
  for (int32_t i = 1; i < curve.power; ++i) {
    p = p * x;
    q = q * curve.half;
  }
  if (std::isinf(p)) return rounded(100);
  return rounded(100 * (p / (p + q)));
}

int32_t each_points(const Curve& curve, double x) {
  const double most = Decimal{curve.at_most_micros}.as_double();
  return rounded(std::clamp(x * Decimal{curve.each_micros}.as_double(), -most, most));
}

template <typename F>
void fill(Column values, std::span<int32_t> points, const F& f) {
  for (size_t d = 0; d < points.size(); ++d) points[d] = values.valid[d] == 0 ? kNoPoints : f(values.value[d]);
}

// The same where the points of small whole numbers are known.
template <typename F>
void fill(std::span<const int32_t> whole, Column values, std::span<int32_t> points, const F& f) {
  const auto known = static_cast<double>(whole.size());
  double last = std::numeric_limits<double>::quiet_NaN();  // means and sums stay the same for many days
  int32_t of_last = 0;
  fill(values, points, [&](double x) {
    if (x >= 0 && x < known) {
      const auto i = static_cast<int32_t>(x);
      if (static_cast<double>(i) == x) return whole[static_cast<size_t>(i)];
    }
    if (x != last) {
      last = x;
      of_last = f(x);
    }
    return of_last;
  });
}

}  // namespace

void apply_curve(const Curve& curve, std::span<const int32_t> category_points, Column values, std::span<int32_t> points,
                 std::span<const int32_t> whole_points) {
  switch (curve.kind) {
    case Curve::Kind::none:
      return fill(values, points, [](double) { return kNoPoints; });
    case Curve::Kind::linear:
      return fill(whole_points, values, points, [&](double x) { return linear_points(curve, x); });
    case Curve::Kind::steps:
      return fill(whole_points, values, points, [&](double x) { return step_points(curve, x); });
    case Curve::Kind::category:
      return fill(values, points, [&](double x) { return category_points[static_cast<size_t>(x)]; });
    case Curve::Kind::hill:
      return fill(whole_points, values, points, [&](double x) { return hill_points(curve, x); });
    case Curve::Kind::each:
      return fill(whole_points, values, points, [&](double x) { return each_points(curve, x); });
  }
  KENKO_CHECK(false, "no curve: {}", static_cast<int>(curve.kind));
}

}  // namespace kenko::engine
