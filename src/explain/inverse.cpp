#include "explain/inverse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "base/decimal.h"
#include "engine/scalars.h"

namespace kenko::explain {
namespace {

using plan::Curve;

constexpr int64_t kMostOfHill = 99'000'000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Values between two ends, both included.
struct Range {
  double low = -kInfinity, high = kInfinity;
};

double points_of(const Curve::Point& p) { return static_cast<double>(p.points_micros) / 1e6; }

// Where the line through two points is at least `wanted`, within `limits`.
void add_line(const Curve::Point& a, const Curve::Point& b, double wanted, Range limits, std::vector<Range>& out) {
  const double ya = points_of(a), yb = points_of(b);
  if (ya == yb) {
    if (ya >= wanted) out.push_back(limits);
    return;
  }
  const double x = a.x + (wanted - ya) * ((b.x - a.x) / (yb - ya));
  Range r = limits;
  (yb > ya ? r.low : r.high) = yb > ya ? std::max(r.low, x) : std::min(r.high, x);
  if (r.low <= r.high) out.push_back(r);
}

void add_linear(const Curve& curve, double wanted, std::vector<Range>& out) {
  const auto& p = curve.points;
  const size_t n = p.size();
  const Range below{-kInfinity, p.front().x}, above{p.back().x, kInfinity};
  if (curve.open_below && n > 1) {
    add_line(p[0], p[1], wanted, below, out);
  } else if (points_of(p.front()) >= wanted) {
    out.push_back(below);
  }
  for (size_t i = 1; i < n; ++i) add_line(p[i - 1], p[i], wanted, {p[i - 1].x, p[i].x}, out);
  if (curve.open_above && n > 1) {
    add_line(p[n - 2], p[n - 1], wanted, above, out);
  } else if (points_of(p.back()) >= wanted) {
    out.push_back(above);
  }
}

// Where the curve is at least `wanted`, but for rounding.
std::vector<Range> ranges(const Curve& curve, double wanted) {
  std::vector<Range> out;
  const auto& p = curve.points;
  switch (curve.kind) {
    case Curve::Kind::linear:
      add_linear(curve, wanted, out);
      break;
    case Curve::Kind::steps:
      for (size_t i = 0; i < p.size(); ++i) {
        if (points_of(p[i]) < wanted) continue;
        out.push_back(
            {i == 0 ? -kInfinity : p[i].x, i + 1 == p.size() ? kInfinity : std::nextafter(p[i + 1].x, -kInfinity)});
      }
      break;
    case Curve::Kind::hill:
      if (wanted <= 0) out.emplace_back();
      if (wanted > 0 && wanted < 100) {
        out.push_back({curve.half * std::pow(wanted / (100 - wanted), 1.0 / curve.power), kInfinity});
      }
      break;
    case Curve::Kind::each: {
      const double each = Decimal{curve.each_micros}.as_double();
      if (wanted > Decimal{curve.at_most_micros}.as_double() || each == 0) break;
      out.push_back(each > 0 ? Range{wanted / each, kInfinity} : Range{-kInfinity, wanted / each});
      break;
    }
    case Curve::Kind::none:
    case Curve::Kind::category:
      break;
  }
  return out;
}

// The last digit that is shown.
double grain(double x) { return std::fabs(x) >= 100 ? 1 : std::fabs(x) >= 10 ? 0.1 : 0.01; }

// The value of a range nearest to `from` that has the points: whole, or rounded as it is shown where it can be.
std::optional<double> within(const Curve& curve, int64_t points, Range r, double from, bool whole) {
  const auto has = [&](double at) { return curve_points(curve, at) >= points; };
  const double x = std::clamp(from, r.low, r.high);
  const auto rounded = [x, from](double unit) {
    const double steps = x / unit;
    return (x >= from ? std::ceil(steps - 1e-9) : std::floor(steps + 1e-9)) * unit;
  };
  const double unit = whole ? 1 : grain(x);
  if (const double near = rounded(unit); has(near)) return near;
  if (const double next = rounded(unit) + (x >= from ? unit : -unit); has(next)) return next;
  if (whole) return std::nullopt;
  // Rounding may leave the exact end of a range a hair short of its points.
  double candidate = x;
  for (int i = 0; i < 64; ++i) {
    if (has(candidate)) return candidate;
    candidate = x + (x >= from ? 1 : -1) * std::ldexp(std::max(std::fabs(x), 1e-6), i - 52);
  }
  return std::nullopt;
}

}  // namespace

int64_t curve_points(const Curve& curve, double x) {
  const std::array<double, 1> value{x};
  const std::array<uint8_t, 1> valid{1};
  std::array<int32_t, 1> out{};
  engine::apply_curve(curve, {}, {value, valid}, out);
  return out[0];
}

std::optional<int64_t> most_points(const Curve& curve) {
  std::optional<int64_t> most;
  switch (curve.kind) {
    case Curve::Kind::none:
      break;
    case Curve::Kind::linear:
      if ((curve.open_below || curve.open_above) && curve.points.size() > 1) {
        const size_t n = curve.points.size();
        const bool rises_below = curve.points[0].points_micros > curve.points[1].points_micros;
        const bool rises_above = curve.points[n - 1].points_micros > curve.points[n - 2].points_micros;
        if ((curve.open_below && rises_below) || (curve.open_above && rises_above)) return 100'000'000;
      }
      [[fallthrough]];
    case Curve::Kind::steps:
      for (const Curve::Point& p : curve.points) most = std::max(most.value_or(0), p.points_micros);
      break;
    case Curve::Kind::category:
      for (const Curve::Category& c : curve.categories) most = std::max(most.value_or(0), c.points_micros);
      if (curve.other) most = std::max(most.value_or(0), *curve.other);
      break;
    case Curve::Kind::hill:
      return kMostOfHill;
    case Curve::Kind::each:
      return curve.each_micros > 0 ? curve.at_most_micros : 0;
  }
  return most;
}

std::optional<Nearest> nearest_value(const Curve& curve, int64_t points, std::optional<double> from, bool whole) {
  const double start = from.value_or(0);
  std::optional<double> best;
  for (const Range& r : ranges(curve, static_cast<double>(points) / 1e6)) {
    const auto x = within(curve, points, r, start, whole);
    if (x && (!best || std::fabs(*x - start) < std::fabs(*best - start))) best = x;
  }
  if (!best) return std::nullopt;
  return Nearest{*best, *best >= start ? Nearest::Side::at_least : Nearest::Side::at_most};
}

}  // namespace kenko::explain
