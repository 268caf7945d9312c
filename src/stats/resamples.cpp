#include "stats/resamples.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "base/check.h"
#include "base/random.h"

namespace kenko::stats {
namespace {

constexpr double kLow = 0.025, kHigh = 0.975;
constexpr double kEnough = 0.9;  // of the resamples must have a value for an interval

}  // namespace

void Resamples::draw(int number, std::vector<uint16_t>& times) const {
  times.assign(clusters_, 0);
  Random random = Random(seed_).fork(static_cast<uint64_t>(number));
  for (size_t i = 0; i < clusters_; ++i) {
    // Multiply and shift 32 bits: a bias below n / 2^32 (Lemire 2019).
    uint16_t& count = times[static_cast<size_t>(((random.next() >> 32) * clusters_) >> 32)];
    if (count < UINT16_MAX) ++count;
  }
}

double quantile(std::span<const double> sorted, double p) {
  KENKO_CHECK(!sorted.empty() && p >= 0 && p <= 1, "a quantile of nothing, or at {}", p);
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

std::vector<Estimate> bootstrap(const Resamples& resamples, size_t measure_count, const Measures& measures,
                                int threads) {
  const auto count = static_cast<size_t>(resamples.count());
  std::vector<std::optional<double>> drawn(count * measure_count);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    std::vector<uint16_t> times;
    for (size_t i = next++; i < count; i = next++) {
      resamples.draw(static_cast<int>(i), times);
      measures(times, std::span(drawn).subspan(i * measure_count, measure_count));
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();

  std::vector<std::optional<double>> whole(measure_count);
  const std::vector<uint16_t> once(resamples.clusters(), 1);
  measures(once, whole);
  std::vector<Estimate> out(measure_count);
  std::vector<double> values;
  for (size_t m = 0; m < measure_count; ++m) {
    out[m].value = whole[m];
    values.clear();
    for (size_t i = 0; i < count; ++i) {
      if (const auto& v = drawn[i * measure_count + m]; v && std::isfinite(*v)) values.push_back(*v);
    }
    if (values.empty() || static_cast<double>(values.size()) < kEnough * static_cast<double>(count)) continue;
    std::sort(values.begin(), values.end());
    out[m].low = quantile(values, kLow);
    out[m].high = quantile(values, kHigh);
  }
  return out;
}

std::vector<PairedEstimate> bootstrap_paired(const Resamples& resamples, size_t measure_count, const Measures& before,
                                             const Measures& after, int threads) {
  const size_t n = measure_count;
  const std::vector<Estimate> found = bootstrap(
      resamples, 3 * n,
      [&](std::span<const uint16_t> times, std::span<std::optional<double>> to) {
        before(times, to.subspan(0, n));
        after(times, to.subspan(n, n));
        for (size_t m = 0; m < n; ++m) {
          if (to[m] && to[n + m]) to[2 * n + m] = *to[n + m] - *to[m];
        }
      },
      threads);
  std::vector<PairedEstimate> out;
  for (size_t m = 0; m < n; ++m) out.push_back({found[m], found[n + m], found[2 * n + m]});
  return out;
}

}  // namespace kenko::stats
