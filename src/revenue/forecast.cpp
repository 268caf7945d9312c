#include "revenue/forecast.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/logistic.h"
#include "stats/proportion.h"

namespace kenko::revenue {
namespace {

constexpr double kLow = 0.025, kHigh = 0.975;
constexpr double kDeviates = 2 * stats::kHalfOf95;  // between the ends of a 95 % interval
constexpr double kLeast = 1e-9;                     // chances stay this far from 0 and 1

double odds(double p) { return stats::logit(std::clamp(p, kLeast, 1 - kLeast)); }

}  // namespace

stats::Estimate forecast(std::span<const Stake> stakes, const Resampling& how) {
  stats::Estimate out;
  if (stakes.empty()) return out;
  double expected = 0;
  std::vector<double> middle, width;
  for (const Stake& s : stakes) {
    expected += s.amount * s.chance.p;
    middle.push_back(odds(s.chance.p));
    width.push_back(std::max(0.0, (odds(s.chance.high) - odds(s.chance.low)) / kDeviates));
  }
  std::vector<double> sums;
  for (int i = 0; i < how.count; ++i) {
    Random random = Random(how.seed).fork(static_cast<uint64_t>(i));
    const double off = random.normal();
    double sum = 0;
    for (size_t k = 0; k < stakes.size(); ++k) {
      if (random.chance(stats::logistic(middle[k] + off * width[k]))) sum += stakes[k].amount;
    }
    sums.push_back(sum);
  }
  std::sort(sums.begin(), sums.end());
  out.value = expected;
  out.low = stats::quantile(sums, kLow);
  out.high = stats::quantile(sums, kHigh);
  return out;
}

}  // namespace kenko::revenue
