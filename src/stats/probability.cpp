#include "stats/probability.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "stats/proportion.h"

namespace kenko::stats {
namespace {

constexpr double kSmallest = 1e-15;

std::vector<uint32_t> order_of(std::span<const double> x) {
  std::vector<uint32_t> order(x.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return x[a] < x[b]; });
  return order;
}

}  // namespace

std::optional<double> brier(std::span<const double> p, std::span<const uint8_t> outcome) {
  KENKO_CHECK(p.size() == outcome.size(), "one outcome for each probability");
  if (p.empty()) return std::nullopt;
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += (p[i] - outcome[i]) * (p[i] - outcome[i]);
  return sum / static_cast<double>(p.size());
}

std::optional<double> log_loss(std::span<const double> p, std::span<const uint8_t> outcome) {
  KENKO_CHECK(p.size() == outcome.size(), "one outcome for each probability");
  if (p.empty()) return std::nullopt;
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double given = outcome[i] ? p[i] : 1 - p[i];
    sum -= std::log(std::clamp(given, kSmallest, 1 - kSmallest));
  }
  return sum / static_cast<double>(p.size());
}

std::vector<ReliabilityBin> reliability(std::span<const double> p, std::span<const uint8_t> outcome, int count) {
  KENKO_CHECK(p.size() == outcome.size() && count > 0, "one outcome for each probability, and bins");
  std::vector<ReliabilityBin> out;
  const std::vector<uint32_t> order = order_of(p);
  const double per_bin = static_cast<double>(p.size()) / count;
  ReliabilityBin bin;
  double sum = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    ++bin.cases;
    bin.outcomes += outcome[order[i]];
    sum += p[order[i]];
    const bool end = i + 1 == order.size();
    const bool full = static_cast<double>(i + 1) >= per_bin * static_cast<double>(out.size() + 1);
    if (!end && (!full || p[order[i + 1]] == p[order[i]])) continue;
    bin.mean_p = sum / static_cast<double>(bin.cases);
    bin.rate = static_cast<double>(bin.outcomes) / static_cast<double>(bin.cases);
    const Interval interval = wilson(bin.outcomes, bin.cases);
    bin.low = interval.low;
    bin.high = interval.high;
    out.push_back(bin);
    bin = {};
    sum = 0;
  }
  return out;
}

Isotonic::Isotonic(std::span<const double> x, std::span<const double> y, std::span<const double> weight) {
  KENKO_CHECK(!x.empty() && x.size() == y.size(), "isotonic regression of {} x and {} y", x.size(), y.size());
  KENKO_CHECK(weight.empty() || weight.size() == x.size(), "one weight for each case");
  struct Block {
    double first, last, sum, weight;
    [[nodiscard]] double mean() const { return sum / weight; }
  };
  std::vector<Block> blocks;
  const std::vector<uint32_t> order = order_of(x);
  for (size_t i = 0; i < order.size();) {
    Block block{x[order[i]], x[order[i]], 0, 0};
    for (; i < order.size() && x[order[i]] == block.first; ++i) {
      const double w = weight.empty() ? 1 : weight[order[i]];
      block.sum += w * y[order[i]];
      block.weight += w;
    }
    if (!(block.weight > 0)) continue;
    while (!blocks.empty() && blocks.back().mean() >= block.mean()) {
      block.first = blocks.back().first;
      block.sum += blocks.back().sum;
      block.weight += blocks.back().weight;
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  for (const Block& block : blocks) {
    x_.push_back(block.first);
    y_.push_back(block.mean());
    if (block.last == block.first) continue;
    x_.push_back(block.last);
    y_.push_back(block.mean());
  }
}

Isotonic Isotonic::from_points(std::vector<double> x, std::vector<double> y) {
  KENKO_CHECK(!x.empty() && x.size() == y.size(), "as many x as y, at least one");
  Isotonic out;
  out.x_ = std::move(x);
  out.y_ = std::move(y);
  return out;
}

double Isotonic::at(double x) const {
  const auto after = std::upper_bound(x_.begin(), x_.end(), x);
  if (after == x_.begin()) return y_.front();
  if (after == x_.end()) return y_.back();
  const auto i = static_cast<size_t>(after - x_.begin());
  return y_[i - 1] + (y_[i] - y_[i - 1]) * (x - x_[i - 1]) / (x_[i] - x_[i - 1]);
}

}  // namespace kenko::stats
