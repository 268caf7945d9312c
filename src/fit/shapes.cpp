#include "fit/shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace kenko::fit {
namespace {

constexpr double kHundred = 100;
// A polyline with fewer points is taken when it leaves this little of the shape's spread unexplained.
constexpr double kCloseEnough = 0.004;
constexpr int kDigits = 3;

double rounded(double x, int digits) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double unit = std::pow(10.0, digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(x)))));
  return std::round(x * unit) / unit;
}

// Rounded as far as that keeps them ascending.
std::vector<double> readable(std::vector<double> x) {
  for (int digits = kDigits; digits < std::numeric_limits<double>::max_digits10; ++digits) {
    std::vector<double> out;
    out.reserve(x.size());
    for (const double each : x) out.push_back(rounded(each, digits));
    if (std::adjacent_find(out.begin(), out.end(), [](double a, double b) { return a >= b; }) == out.end()) return out;
  }
  return x;
}

// Bins 1.. of a shape as points of a plane.
struct Steps {
  std::vector<double> x, y, weight;
};

// What a straight line from point i to point j leaves of those between.
double left_by_line(const Steps& s, size_t i, size_t j) {
  double out = 0;
  for (size_t k = i + 1; k < j; ++k) {
    const double line = s.y[i] + (s.y[j] - s.y[i]) * ((s.x[k] - s.x[i]) / (s.x[j] - s.x[i]));
    out += s.weight[k] * (s.y[k] - line) * (s.y[k] - line);
  }
  return out;
}

// The best polylines from the first to the last point, by dynamic programming over their corners.
struct Polylines {
  std::vector<std::vector<double>> left;    // [corners - 2][end]
  std::vector<std::vector<size_t>> before;  // the corner before the end
};

Polylines polylines(const Steps& s, size_t most) {
  const size_t n = s.x.size();
  Polylines out;
  std::vector<std::vector<double>> line(n, std::vector<double>(n, 0));
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) line[i][j] = left_by_line(s, i, j);
  }
  out.left.push_back(line[0]);
  out.before.emplace_back(n, 0);
  for (size_t corners = 3; corners <= std::min(most, n); ++corners) {
    const std::vector<double>& fewer = out.left.back();
    std::vector<double> best = fewer;
    std::vector<size_t> before = out.before.back();
    for (size_t end = 0; end < n; ++end) {
      best[end] = std::numeric_limits<double>::infinity();
      for (size_t via = corners - 2; via < end; ++via) {
        const double left = fewer[via] + line[via][end];
        if (left < best[end]) {
          best[end] = left;
          before[end] = via;
        }
      }
    }
    out.left.push_back(std::move(best));
    out.before.push_back(std::move(before));
  }
  return out;
}

std::vector<size_t> corners_of(const Steps& s, int most) {
  const size_t n = s.x.size();
  const Polylines lines = polylines(s, static_cast<size_t>(most));
  double mean = 0, total = 0, spread = 0;
  for (size_t i = 0; i < n; ++i) {
    mean += s.weight[i] * s.y[i];
    total += s.weight[i];
  }
  mean /= total;
  for (size_t i = 0; i < n; ++i) spread += s.weight[i] * (s.y[i] - mean) * (s.y[i] - mean);
  size_t chosen = 0;
  while (chosen + 1 < lines.left.size() && lines.left[chosen][n - 1] > kCloseEnough * spread) ++chosen;
  std::vector<size_t> out{n - 1};
  for (size_t level = chosen; level > 0; --level) out.push_back(lines.before[level][out.back()]);
  out.push_back(0);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

Bins Bins::of(std::span<const float> values, int most) {
  KENKO_CHECK(!values.empty() && most >= 1 && most < std::numeric_limits<uint8_t>::max(), "no bins to be made");
  std::vector<float> sorted;
  sorted.reserve(values.size());
  for (const float v : values) {
    if (!std::isnan(v)) sorted.push_back(v);
  }
  std::sort(sorted.begin(), sorted.end());
  const auto rows = static_cast<double>(values.size());
  Bins out;
  out.centre.push_back(0);
  out.share.push_back(static_cast<double>(values.size() - sorted.size()) / rows);
  size_t begin = 0;
  for (int left = most; begin < sorted.size(); --left) {
    // Whole runs of equal values until the bin has its part of what is left.
    const size_t part = (sorted.size() - begin + static_cast<size_t>(left) - 1) / static_cast<size_t>(left);
    size_t end = begin + std::max<size_t>(part, 1);
    while (end < sorted.size() && sorted[end] == sorted[end - 1]) ++end;
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += static_cast<double>(sorted[i]);
    out.centre.push_back(sum / static_cast<double>(end - begin));
    out.share.push_back(static_cast<double>(end - begin) / rows);
    if (end < sorted.size()) {
      out.edges.push_back((static_cast<double>(sorted[end - 1]) + static_cast<double>(sorted[end])) / 2);
    }
    begin = end;
  }
  return out;
}

uint8_t Bins::bin_of(float value) const {
  if (std::isnan(value) || count() == 1) return 0;
  const auto at = std::lower_bound(edges.begin(), edges.end(), static_cast<double>(value));
  return static_cast<uint8_t>(at - edges.begin() + 1);
}

double Shape::low() const { return *std::min_element(effect.begin(), effect.end()); }
double Shape::high() const { return *std::max_element(effect.begin(), effect.end()); }

double CurvePoints::at(double x) const {
  if (std::isnan(x)) return missing;
  if (x <= points.front().x) return points.front().points;
  for (size_t i = 1; i < points.size(); ++i) {
    const Point &a = points[i - 1], &b = points[i];
    if (x < b.x) return a.points + (b.points - a.points) * ((x - a.x) / (b.x - a.x));
  }
  return points.back().points;
}

CurvePoints to_curve(const Bins& bins, const Shape& shape, int most) {
  KENKO_CHECK(bins.count() >= 3 && most >= 2 && shape.effect.size() == bins.count(), "a curve of less than two points");
  Steps steps;
  for (size_t i = 1; i < bins.count(); ++i) {
    steps.x.push_back(bins.centre[i]);
    steps.y.push_back(shape.effect[i]);
    steps.weight.push_back(bins.share[i]);
  }
  const double low = std::min(steps.y.front(), steps.y.back());
  CurvePoints out;
  out.weight = std::abs(steps.y.back() - steps.y.front());
  const auto points = [&](double effect) {
    return out.weight == 0 ? 0 : std::clamp(std::round((effect - low) / out.weight * kHundred), 0.0, kHundred);
  };
  const std::vector<size_t> corners = corners_of(steps, most);
  std::vector<double> x;
  x.reserve(corners.size());
  for (const size_t corner : corners) x.push_back(steps.x[corner]);
  x = readable(std::move(x));
  for (size_t i = 0; i < corners.size(); ++i) out.points.push_back({x[i], points(steps.y[corners[i]])});
  out.missing = points(shape.effect[0]);
  return out;
}

std::vector<double> monotone(std::span<const double> values, std::span<const double> weight, int direction) {
  KENKO_CHECK(values.size() == weight.size() && (direction == 1 || direction == -1), "nothing to make monotone");
  struct Pool {
    double sum, weight;
    size_t end;
    [[nodiscard]] double mean() const { return sum / weight; }
  };
  std::vector<Pool> pools;
  for (size_t i = 0; i < values.size(); ++i) {
    if (weight[i] <= 0) {
      // What nothing speaks for is as its neighbour.
      if (!pools.empty()) pools.back().end = i + 1;
      continue;
    }
    pools.push_back({direction * values[i] * weight[i], weight[i], i + 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back() = {pools.back().sum + last.sum, pools.back().weight + last.weight, last.end};
    }
  }
  std::vector<double> out(values.size(), 0);
  size_t i = 0;
  for (const Pool& pool : pools) {
    for (; i < pool.end; ++i) out[i] = direction * pool.mean();
  }
  return out;
}

}  // namespace kenko::fit
