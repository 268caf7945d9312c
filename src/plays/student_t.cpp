#include "plays/student_t.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kenko::plays {
namespace {

// Lentz's continued fraction of the incomplete beta function; converges fast where x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kClose = 1e-15;
  constexpr int kMostSteps = 10'000;
  const auto away = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away(1 - (a + b) * x / (a + 1));
  double value = d;
  for (int m = 1; m <= kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const double factor = d * c;
    value *= factor;
    if (std::abs(factor - 1) < kClose) break;
  }
  return value;
}

// std::lgamma writes to a global; this one does not (Lanczos 1964, g = 7).
double log_gamma(double x) {
  constexpr double kFirst = 0.99999999999980993;
  constexpr double kTerms[] = {676.5203681218851,  -1259.1392167224028,  771.32342877765313,    -176.61502916214059,
                               12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
  double sum = kFirst;
  for (int i = 0; i < 8; ++i) sum += kTerms[i] / (x + i);
  const double t = x + 6.5;
  return 0.91893853320467274 + (x - 0.5) * std::log(t) - t + std::log(sum);
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double student_below(double t, double degrees) {
  KENKO_CHECK(degrees > 0, "{} degrees of freedom", degrees);
  const double beyond = 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
  return t > 0 ? 1 - beyond : beyond;
}

double student_quantile(double p, double degrees) {
  KENKO_CHECK(p > 0 && p < 1, "the quantile at {}", p);
  if (p == 0.5) return 0;
  if (p < 0.5) return -student_quantile(1 - p, degrees);
  double low = 0, high = 1;
  while (student_below(high, degrees) < p && high < 1e15) high *= 2;
  constexpr int kHalvings = 100;
  for (int i = 0; i < kHalvings && high - low > 1e-11 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_below(middle, degrees) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace kenko::plays
