// Quantiles of a moving window: the values of the life are ranked once, a tree of counts knows which of them are in the
// window, and the k-th of those is found by walking down the tree.
#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/aggregates.h"

namespace kenko::engine {
namespace {

// Fenwick's tree of counts by rank.
class RankTree {
 public:
  RankTree(std::vector<int32_t>& tree, size_t ranks) : tree_(tree), top_(ranks == 0 ? 0 : std::bit_floor(ranks)) {
    tree_.assign(ranks + 1, 0);
  }
  void add(uint32_t rank, int32_t change) {
    for (size_t i = rank + size_t{1}; i < tree_.size(); i += i & (~i + 1)) tree_[i] += change;
  }
  // The rank of the k-th smallest (k from 0); there are more than k.
  [[nodiscard]] size_t find(int64_t k) const {
    size_t at = 0;
    for (size_t step = top_; step > 0; step >>= 1) {
      if (at + step < tree_.size() && tree_[at + step] <= k) {
        at += step;
        k -= tree_[at];
      }
    }
    return at;
  }

 private:
  std::vector<int32_t>& tree_;
  size_t top_;
};

}  // namespace

void quantile_window(const MatchedNumbers& numbers, double q, int32_t window, AggregateScratch& s, Output out) {
  const size_t all = numbers.micros.size();
  s.sorted.resize(all);
  for (size_t i = 0; i < all; ++i) s.sorted[i] = {numbers.micros[i], static_cast<uint32_t>(i)};
  std::sort(s.sorted.begin(), s.sorted.end());
  s.rank.resize(all);
  for (size_t r = 0; r < all; ++r) s.rank[s.sorted[r].second] = static_cast<uint32_t>(r);

  RankTree tree(s.queue, all);
  size_t entering = 0, leaving = 0;
  double value = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    const size_t at = static_cast<size_t>(d);
    const size_t before = entering + leaving;
    for (; entering < all && numbers.day[entering] <= d; ++entering) tree.add(s.rank[entering], 1);
    for (; leaving < entering && numbers.day[leaving] <= d - window; ++leaving) tree.add(s.rank[leaving], -1);
    const size_t n = entering - leaving;
    out.valid[at] = n > 0;
    if (n > 0 && entering + leaving != before) {
      const double h = q * static_cast<double>(n - 1);
      const double i = std::floor(h);
      const auto k = static_cast<int64_t>(i);
      value = Decimal{s.sorted[tree.find(k)].first}.as_double();
      if (h != i) {
        const double next = Decimal{s.sorted[tree.find(k + 1)].first}.as_double();
        value = value + (h - i) * (next - value);
      }
    }
    out.value[at] = n > 0 ? value : 0;
  }
  forget_without_rate(numbers, window, out);
}

}  // namespace kenko::engine
