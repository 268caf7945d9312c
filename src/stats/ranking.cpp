#include "stats/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace kenko::stats {
namespace {

std::optional<double> ratio(double over, double under) {
  if (!(under > 0)) return std::nullopt;
  return over / under;
}

template <bool kWeighted>
double weight_of(Times times, uint32_t cluster) {
  if constexpr (kWeighted) return times[cluster];
  return 1;
}

/// Counts of ranks 0..n-1, and how many counted ranks lie below one.
class RankCounts {
 public:
  explicit RankCounts(size_t n) : tree_(n + 1, 0), at_(n, 0) {}
  void add(size_t rank) {
    ++at_[rank];
    ++total_;
    for (size_t i = rank + 1; i < tree_.size(); i += i & (~i + 1)) ++tree_[i];
  }
  [[nodiscard]] int64_t below(size_t rank) const {
    int64_t sum = 0;
    for (size_t i = rank; i > 0; i -= i & (~i + 1)) sum += tree_[i];
    return sum;
  }
  [[nodiscard]] int64_t at(size_t rank) const { return at_[rank]; }
  [[nodiscard]] int64_t total() const { return total_; }

 private:
  std::vector<int64_t> tree_, at_;
  int64_t total_ = 0;
};

}  // namespace

std::optional<double> Captured::precision() const { return ratio(found, chosen); }
std::optional<double> Captured::recall() const { return ratio(found, outcomes); }
std::optional<double> Captured::amount_recall() const { return ratio(amount_found, amount_outcomes); }
std::optional<double> Captured::lift() const {
  if (!(chosen > 0) || !(outcomes > 0)) return std::nullopt;
  return (found / chosen) / (outcomes / cases);
}

Ranking::Ranking(std::span<const double> risk, std::span<const uint8_t> outcome, std::span<const uint32_t> cluster,
                 std::span<const uint32_t> stratum, std::span<const double> amount) {
  KENKO_CHECK(risk.size() == outcome.size() && risk.size() == cluster.size(), "one entry for each case");
  KENKO_CHECK(stratum.empty() || stratum.size() == risk.size(), "one stratum for each case");
  KENKO_CHECK(amount.empty() || amount.size() == risk.size(), "one amount for each case");
  for (const double r : risk) KENKO_CHECK(std::isfinite(r), "a risk is a finite number");
  for (const uint32_t c : cluster) clusters_ = std::max(clusters_, static_cast<size_t>(c) + 1);
  all_ = sort(risk, outcome, cluster, {}, amount);
  if (!stratum.empty()) within_ = sort(risk, outcome, cluster, stratum, {});
}

Ranking::Sorted Ranking::sort(std::span<const double> risk, std::span<const uint8_t> outcome,
                              std::span<const uint32_t> cluster, std::span<const uint32_t> stratum,
                              std::span<const double> amount) const {
  std::vector<uint32_t> order(risk.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto stratum_of = [&](uint32_t i) { return stratum.empty() ? 0U : stratum[i]; };
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    if (stratum_of(a) != stratum_of(b)) return stratum_of(a) < stratum_of(b);
    return risk[a] != risk[b] ? risk[a] > risk[b] : a < b;
  });
  Sorted out;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t row = order[i];
    out.cluster.push_back(cluster[row]);
    out.outcome.push_back(outcome[row]);
    if (!amount.empty()) out.amount.push_back(amount[row]);
    const bool end = i + 1 == order.size() || stratum_of(order[i + 1]) != stratum_of(row);
    out.last.push_back(end || risk[order[i + 1]] != risk[row] ? 1 : 0);
    if (end) out.strata.push_back(static_cast<uint32_t>(i + 1));
  }
  return out;
}

// Of all pairs of a case with and one without, within a stratum: those in the right order, ties half, and all.
template <bool kWeighted>
std::optional<double> Ranking::pairs(const Sorted& cases, Times times) {
  double right = 0, all = 0;
  size_t i = 0;
  for (const uint32_t end : cases.strata) {
    double with = 0, without = 0, tied_with = 0, tied_without = 0;
    for (; i < end; ++i) {
      const double w = weight_of<kWeighted>(times, cases.cluster[i]);
      tied_with += cases.outcome[i] ? w : 0;
      tied_without += cases.outcome[i] ? 0 : w;
      if (!cases.last[i]) continue;
      right += tied_without * (with + tied_with / 2);
      with += tied_with;
      without += tied_without;
      tied_with = tied_without = 0;
    }
    all += with * without;
  }
  return ratio(right, all);
}

std::optional<double> Ranking::auc(Times times) const {
  return times.empty() ? pairs<false>(all_, times) : pairs<true>(all_, times);
}

std::optional<double> Ranking::auc_within(Times times) const {
  if (within_.strata.empty()) return auc(times);
  return times.empty() ? pairs<false>(within_, times) : pairs<true>(within_, times);
}

std::optional<double> Ranking::average_precision(Times times) const {
  double chosen = 0, found = 0, tied = 0, sum = 0;
  for (size_t i = 0; i < all_.cluster.size(); ++i) {
    const double w = times.empty() ? 1 : times[all_.cluster[i]];
    chosen += w;
    tied += all_.outcome[i] ? w : 0;
    if (!all_.last[i] || tied == 0) continue;
    found += tied;
    sum += tied * (found / chosen);
    tied = 0;
  }
  return ratio(sum, found);
}

Captured Ranking::capture(double share, Times times) const {
  KENKO_CHECK(share > 0 && share <= 1, "a share is above 0 and at most 1, not {}", share);
  Captured out;
  const auto weight = [&](size_t i) { return times.empty() ? 1.0 : static_cast<double>(times[all_.cluster[i]]); };
  for (size_t i = 0; i < all_.cluster.size(); ++i) out.cases += weight(i);
  const double room = share * out.cases;
  Captured tie;
  for (size_t i = 0; i < all_.cluster.size(); ++i) {
    const double w = weight(i);
    const double amount = all_.amount.empty() ? 0 : w * all_.amount[i];
    tie.chosen += w;
    tie.amount_chosen += amount;
    if (all_.outcome[i]) {
      tie.found += w;
      tie.amount_found += amount;
    }
    if (!all_.last[i]) continue;
    const double part = tie.chosen > 0 ? std::clamp((room - out.chosen) / tie.chosen, 0.0, 1.0) : 0;
    out.outcomes += tie.found;
    out.amount_outcomes += tie.amount_found;
    out.chosen += part * tie.chosen;
    out.found += part * tie.found;
    out.amount_chosen += part * tie.amount_chosen;
    out.amount_found += part * tie.amount_found;
    tie = {};
  }
  return out;
}

std::optional<double> concordance(std::span<const double> risk, std::span<const double> time,
                                  std::span<const uint8_t> event) {
  KENKO_CHECK(risk.size() == time.size() && risk.size() == event.size(), "one entry for each case");
  std::vector<double> risks(risk.begin(), risk.end());
  std::sort(risks.begin(), risks.end());
  risks.erase(std::unique(risks.begin(), risks.end()), risks.end());
  const auto rank = [&](uint32_t i) {
    return static_cast<size_t>(std::lower_bound(risks.begin(), risks.end(), risk[i]) - risks.begin());
  };
  std::vector<uint32_t> order(risk.size());
  std::iota(order.begin(), order.end(), 0U);
  // Longest first; of one time the censored ones first, since they lasted longer than the events of that time.
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    if (time[a] != time[b]) return time[a] > time[b];
    return event[a] != event[b] ? event[a] < event[b] : a < b;
  });
  RankCounts lasted(risks.size());
  double right = 0, all = 0;
  for (size_t i = 0; i < order.size();) {
    size_t end = i;
    for (; end < order.size() && time[order[end]] == time[order[i]] && event[order[end]] == event[order[i]]; ++end) {
      if (!event[order[end]]) continue;
      const size_t r = rank(order[end]);
      right += static_cast<double>(lasted.below(r)) + static_cast<double>(lasted.at(r)) / 2;
      all += static_cast<double>(lasted.total());
    }
    for (; i < end; ++i) lasted.add(rank(order[i]));
  }
  return ratio(right, all);
}

}  // namespace kenko::stats
