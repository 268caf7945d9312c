#include "stats/proportion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/check.h"

namespace kenko::stats {

double normal_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }
double two_sided(double z) { return std::erfc(std::fabs(z) / std::numbers::sqrt2); }

double normal_quantile(double p) {
  KENKO_CHECK(p > 0 && p < 1, "a quantile of the normal distribution at {}", p);
  if (p > 0.5) return -normal_quantile(1 - p);
  // P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003).
  constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                           1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                           -1.328068155288572e+01};
  constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                           -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
  constexpr double kTail = 0.02425;
  double x = 0;
  if (p < kTail) {
    const double q = std::sqrt(-2 * std::log(p));
    x = (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
        ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1);
  } else {
    const double q = p - 0.5, r = q * q;
    x = (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
        (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1);
  }
  const double e = normal_below(x) - p;
  const double u = e * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
  return x - u / (1 + x * u / 2);
}

Interval wilson(int64_t found, int64_t cases) {
  if (cases <= 0) return {0, 1};
  const double z = normal_quantile(0.975);
  const auto n = static_cast<double>(cases);
  const double share = static_cast<double>(found) / n;
  const double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {found == 0 ? 0 : std::max(0.0, middle - half), found == cases ? 1 : std::min(1.0, middle + half)};
}

std::optional<double> trend_z(std::span<const Share> groups) {
  double cases = 0, found = 0, mean_step = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    cases += groups[i].cases;
    found += groups[i].found;
    mean_step += static_cast<double>(i) * groups[i].cases;
  }
  if (!(found > 0) || !(found < cases)) return std::nullopt;
  mean_step /= cases;
  double lean = 0, spread = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const double step = static_cast<double>(i) - mean_step;
    lean += step * groups[i].found;
    spread += step * step * groups[i].cases;
  }
  const double share = found / cases;
  const double variance = share * (1 - share) * spread;
  if (!(variance > 0)) return std::nullopt;
  return lean / std::sqrt(variance);
}

std::vector<double> false_discovery_rates(std::span<const double> p) {
  const size_t n = p.size();
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return p[a] != p[b] ? p[a] > p[b] : a < b; });
  double harmonic = 0;
  for (size_t i = 1; i <= n; ++i) harmonic += 1 / static_cast<double>(i);
  std::vector<double> out(n, 1);
  double smallest = 1;
  for (size_t i = 0; i < n; ++i) {
    const auto rank = static_cast<double>(n - i);
    smallest = std::min(smallest, p[order[i]] * harmonic * static_cast<double>(n) / rank);
    out[order[i]] = smallest;
  }
  return out;
}

}  // namespace kenko::stats
