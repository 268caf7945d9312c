#include <algorithm>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "validate/backtest_parts.h"

namespace kenko::validate {
namespace {

constexpr int kShuffles = 20;

// The rows by day and rising score, and where ties and days end: sorted once for all shuffles.
class Order {
 public:
  explicit Order(const Panel& panel) : rows_(panel.rows()), ends_(panel.rows(), kInTie) {
    std::iota(rows_.begin(), rows_.end(), 0U);
    std::sort(rows_.begin(), rows_.end(), [&](uint32_t a, uint32_t b) {
      if (panel.day[a] != panel.day[b]) return panel.day[a] < panel.day[b];
      return panel.score[a] != panel.score[b] ? panel.score[a] < panel.score[b] : a < b;
    });
    for (size_t i = 0; i < rows_.size(); ++i) {
      const bool last = i + 1 == rows_.size();
      if (last || panel.day[rows_[i + 1]] != panel.day[rows_[i]]) {
        ends_[i] = kDay;
      } else if (panel.score[rows_[i + 1]] != panel.score[rows_[i]]) {
        ends_[i] = kTie;
      }
    }
  }

  // Of all pairs within a day of one with and one without: the share in which the one with has the lower score.
  [[nodiscard]] std::optional<double> auc(const std::vector<uint8_t>& outcome) const {
    double right = 0, all = 0;
    int64_t with = 0, without = 0, tied_with = 0, tied_without = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const int64_t one = outcome[rows_[i]];
      tied_with += one;
      tied_without += 1 - one;
      if (ends_[i] == kInTie) continue;
      right += static_cast<double>(tied_without) * (static_cast<double>(with) + static_cast<double>(tied_with) / 2);
      with += std::exchange(tied_with, 0);
      without += std::exchange(tied_without, 0);
      if (ends_[i] == kDay) all += static_cast<double>(std::exchange(with, 0) * std::exchange(without, 0));
    }
    if (!(all > 0)) return std::nullopt;
    return right / all;
  }

 private:
  static constexpr uint8_t kInTie = 0, kTie = 1, kDay = 2;
  std::vector<uint32_t> rows_;
  std::vector<uint8_t> ends_;
};

}  // namespace

std::optional<double> shuffled_auc(const Panel& panel, uint64_t seed) {
  if (panel.rows() == 0) return std::nullopt;
  std::vector<uint32_t> accounts(panel.account);
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  std::vector<uint32_t> number(panel.accounts.size(), 0), next(accounts.size(), 0);
  for (uint32_t i = 0; i < accounts.size(); ++i) number[accounts[i]] = i;
  std::vector<int64_t> row_of(accounts.size(), -1);
  std::vector<uint8_t> dealt(panel.rows(), 0);
  const Order order(panel);
  double sum = 0, count = 0;
  for (int i = 0; i < kShuffles; ++i) {
    Random random = Random(seed).fork(static_cast<uint64_t>(1'000'000 + i));
    std::iota(next.begin(), next.end(), 0U);
    for (size_t k = next.size(); k > 1; --k) {
      std::swap(next[k - 1], next[static_cast<size_t>(random.between(0, static_cast<int64_t>(k) - 1))]);
    }
    for (size_t begin = 0, end = 0; begin < panel.rows(); begin = end) {
      std::fill(row_of.begin(), row_of.end(), -1);
      for (; end < panel.rows() && panel.day[end] == panel.day[begin]; ++end) {
        row_of[number[panel.account[end]]] = static_cast<int64_t>(end);
      }
      for (size_t r = begin; r < end; ++r) {
        uint32_t from = next[number[panel.account[r]]];
        while (row_of[from] < 0) from = next[from];
        dealt[r] = panel.outcome_in[static_cast<size_t>(row_of[from])];
      }
    }
    if (const auto auc = order.auc(dealt)) {
      sum += *auc;
      count += 1;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace kenko::validate
