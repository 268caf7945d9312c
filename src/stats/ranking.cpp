#include "stats/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "stats/proportion.h"

namespace kenko::stats {
namespace {

std::optional<double> ratio(double over, double under) {
  if (!(under > 0)) return std::nullopt;
  return over / under;
}

// How often the clusters at [begin, end) count together.
template <bool kWeighted>
double count_of(const std::vector<uint32_t>& clusters, size_t begin, size_t end, Times times) {
  if constexpr (!kWeighted) return static_cast<double>(end - begin);
  const uint32_t* c = clusters.data();
  const uint16_t* t = times.data();
  uint64_t a = 0, b = 0;  // two sums, so that one addition need not wait for the other
  size_t i = begin;
  for (; i + 1 < end; i += 2) {
    a += t[c[i]];
    b += t[c[i + 1]];
  }
  if (i < end) a += t[c[i]];
  return static_cast<double>(a + b);
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
  cases_of_.assign(clusters_, 0);
  for (const uint32_t c : cluster) ++cases_of_[c];
  all_ = sort(risk, outcome, cluster, {}, amount);
  if (!stratum.empty()) within_ = sort(risk, outcome, cluster, stratum, {});
}

Ranking::Sorted Ranking::sort(std::span<const double> risk, std::span<const uint8_t> outcome,
                              std::span<const uint32_t> cluster, std::span<const uint32_t> stratum,
                              std::span<const double> amount) {
  struct Case {
    uint32_t stratum;
    uint32_t row;
    double risk;
  };
  std::vector<Case> order(risk.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = {stratum.empty() ? 0 : stratum[i], i, risk[i]};
  std::sort(order.begin(), order.end(), [](const Case& a, const Case& b) {
    if (a.stratum != b.stratum) return a.stratum < b.stratum;
    return a.risk != b.risk ? a.risk > b.risk : a.row < b.row;
  });
  Sorted out;
  uint32_t run_end = 0;
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const size_t with_before = out.with.size();
    run_end = static_cast<uint32_t>(out.others.size());
    for (; end < order.size() && order[end].risk == order[begin].risk && order[end].stratum == order[begin].stratum;
         ++end) {
      const uint32_t row = order[end].row;
      (outcome[row] ? out.with : out.others).push_back(cluster[row]);
      if (outcome[row] && !amount.empty()) out.amount.push_back(amount[row]);
    }
    const bool last = end == order.size() || order[end].stratum != order[begin].stratum;
    if (out.with.size() == with_before && !last) continue;  // the run goes on
    if (out.with.size() == with_before) run_end = static_cast<uint32_t>(out.others.size());
    out.blocks.push_back(
        {run_end, static_cast<uint32_t>(out.others.size()), static_cast<uint32_t>(out.with.size()), last});
  }
  return out;
}

// Of all pairs of a case with and one without, within a stratum: those in the right order, ties half, and all.
template <bool kWeighted>
std::optional<double> Ranking::pairs(const Sorted& cases, Times times) {
  double right = 0, all = 0, with = 0, without = 0;
  size_t other = 0, found = 0;
  for (const Block& block : cases.blocks) {
    const double run = count_of<kWeighted>(cases.others, other, block.run_end, times);
    const double tied = count_of<kWeighted>(cases.others, block.run_end, block.tie_end, times);
    const double tied_with = count_of<kWeighted>(cases.with, found, block.with_end, times);
    right += run * with + tied * (with + tied_with / 2);
    with += tied_with;
    without += run + tied;
    other = block.tie_end;
    found = block.with_end;
    if (!block.last) continue;
    all += with * without;
    with = without = 0;
  }
  return ratio(right, all);
}

template <bool kWeighted>
Ranking::Pooled Ranking::pool(double share, Times times) const {
  KENKO_CHECK(share > 0 && share <= 1, "a share is above 0 and at most 1, not {}", share);
  Pooled out;
  Captured& c = out.captured;
  c.cases = static_cast<double>(size());
  if constexpr (kWeighted) {
    uint64_t cases = 0;
    for (size_t i = 0; i < cases_of_.size(); ++i) cases += uint64_t{times[i]} * cases_of_[i];
    c.cases = static_cast<double>(cases);
  }
  c.chosen = share * c.cases;
  double right = 0, precisions = 0, with = 0, without = 0, with_amount = 0;
  size_t other = 0, found = 0;
  for (const Block& block : all_.blocks) {
    const double run = count_of<kWeighted>(all_.others, other, block.run_end, times);
    const double tied = count_of<kWeighted>(all_.others, block.run_end, block.tie_end, times);
    const double tied_with = count_of<kWeighted>(all_.with, found, block.with_end, times);
    double tied_amount = 0;
    for (size_t i = found; i < block.with_end && !all_.amount.empty(); ++i) {
      tied_amount += (kWeighted ? times[all_.with[i]] : 1) * all_.amount[i];
    }
    other = block.tie_end;
    found = block.with_end;
    right += run * with + tied * (with + tied_with / 2);
    const double above = with + without + run, tie = tied + tied_with;
    const double part = tie > 0 ? std::clamp((c.chosen - above) / tie, 0.0, 1.0) : 0;
    c.found += part * tied_with;
    c.amount_found += part * tied_amount;
    with += tied_with;
    without += run + tied;
    with_amount += tied_amount;
    if (tied_with > 0) precisions += tied_with * (with / (with + without));
  }
  c.outcomes = with;
  c.amount_outcomes = with_amount;
  out.auc = ratio(right, with * without);
  out.average_precision = ratio(precisions, with);
  return out;
}

std::optional<double> Ranking::auc(Times times) const {
  return times.empty() ? pairs<false>(all_, times) : pairs<true>(all_, times);
}

std::optional<double> Ranking::auc_within(Times times) const {
  if (within_.blocks.empty()) return auc(times);
  return times.empty() ? pairs<false>(within_, times) : pairs<true>(within_, times);
}

Ranking::Pooled Ranking::pooled(double share, Times times) const {
  return times.empty() ? pool<false>(share, times) : pool<true>(share, times);
}

std::optional<double> Ranking::average_precision(Times times) const { return pooled(1, times).average_precision; }

Captured Ranking::capture(double share, Times times) const { return pooled(share, times).captured; }

namespace {

// What each case gives to the pairs of a concordance: of those in the right order and of all it is in.
struct InPairs {
  std::vector<double> right, all;
};

// One sweep over the cases.  As the earlier one of a pair: longest first, against those that lasted longer.  As the
// later one: shortest first, against the events before it.
void sweep(std::span<const uint32_t> order, std::span<const double> time, std::span<const uint8_t> event,
           std::span<const size_t> rank, size_t ranks, bool as_earlier, InPairs& out) {
  RankCounts met(ranks);
  for (size_t i = 0; i < order.size();) {
    size_t end = i;
    for (; end < order.size() && time[order[end]] == time[order[i]] && event[order[end]] == event[order[i]]; ++end) {
      const uint32_t row = order[end];
      if (as_earlier && !event[row]) continue;
      const auto below = static_cast<double>(met.below(rank[row])), same = static_cast<double>(met.at(rank[row])),
                 all = static_cast<double>(met.total());
      out.right[row] += (as_earlier ? below : all - below - same) + same / 2;
      out.all[row] += all;
    }
    for (; i < end; ++i) {
      if (as_earlier || event[order[i]]) met.add(rank[order[i]]);
    }
  }
}

}  // namespace

Estimate concordance(std::span<const double> risk, std::span<const double> time, std::span<const uint8_t> event,
                     std::span<const uint32_t> cluster) {
  KENKO_CHECK(risk.size() == time.size() && risk.size() == event.size(), "one entry for each case");
  std::vector<double> risks(risk.begin(), risk.end());
  std::sort(risks.begin(), risks.end());
  risks.erase(std::unique(risks.begin(), risks.end()), risks.end());
  std::vector<size_t> rank;
  for (const double r : risk) {
    rank.push_back(static_cast<size_t>(std::lower_bound(risks.begin(), risks.end(), r) - risks.begin()));
  }
  std::vector<uint32_t> order(risk.size());
  std::iota(order.begin(), order.end(), 0U);
  // Longest first; of one time the censored ones first, since they lasted longer than the events of that time.
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    if (time[a] != time[b]) return time[a] > time[b];
    return event[a] != event[b] ? event[a] < event[b] : a < b;
  });
  InPairs in{std::vector<double>(risk.size(), 0), std::vector<double>(risk.size(), 0)};
  sweep(order, time, event, rank, risks.size(), true, in);
  const double right = std::accumulate(in.right.begin(), in.right.end(), 0.0);
  const double all = std::accumulate(in.all.begin(), in.all.end(), 0.0);
  Estimate out;
  out.value = ratio(right, all);
  if (!out.value || cluster.empty()) return out;
  std::reverse(order.begin(), order.end());
  sweep(order, time, event, rank, risks.size(), false, in);
  std::vector<double> influence(*std::max_element(cluster.begin(), cluster.end()) + size_t{1}, 0);
  for (size_t i = 0; i < risk.size(); ++i) influence[cluster[i]] += (in.right[i] - *out.value * in.all[i]) / all;
  double squares = 0;
  for (const double x : influence) squares += x * x;
  const double half = normal_quantile(0.975) * std::sqrt(squares);
  out.low = std::max(0.0, *out.value - half);
  out.high = std::min(1.0, *out.value + half);
  return out;
}

}  // namespace kenko::stats
